import { describe, expect, test } from "vitest";
import { blockOnOutput, confineProcess, findProcessMemory, limitProcess } from "../../src/runner/limits.ts";

describe("limits off Linux", () => {
  test("do nothing, and tell nothing", async () => {
    for (const platform of ["darwin", "win32"]) {
      await confineProcess(platform);
      await limitProcess(platform, { memoryBytes: 1, cpuSeconds: 0 });
      await blockOnOutput(platform);
      expect(await findProcessMemory(platform, process.pid)).toBeUndefined();
    }
  });
});

describe.runIf(process.platform === "linux")("findProcessMemory", () => {
  test("sees memory as it is taken", async () => {
    const before = (await findProcessMemory("linux", process.pid)) ?? 0;
    const taken = Buffer.alloc(64 * 1024 * 1024, 1);
    const after = (await findProcessMemory("linux", process.pid)) ?? 0;
    expect(after - before).toBeGreaterThan(0.9 * taken.length);
  });

  test("tells nothing of a process that is not there", async () => {
    expect(await findProcessMemory("linux", 2 ** 22 + 1)).toBeUndefined();
  });
});
