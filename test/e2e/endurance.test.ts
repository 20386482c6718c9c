import { readdir, readFile } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";
import { initialize, programEnv, type RawProgram, startRaw } from "../support/built-program.ts";
import { makeHome } from "../support/home.ts";
import { fixture } from "../support/tool-client.ts";

const RUNS = Number(process.env.ENDURANCE_RUNS ?? 40);
/* Of ten runs in a row; the rest end well. */
const BAD = new Map([
  [3, "crash-2.fmu"],
  [7, "crash-3.fmu"],
]);
const WARM_RUNS = 20;
/* Node's heap breathes: what a run would leave behind shows in hundreds of them. */
const HEAP_NOISE_MIB = 40;

test.runIf(process.platform === "linux")(
  `after ${RUNS} runs with crashes among them, memory, descriptors and children are where they began`,
  async () => {
    const home = await makeHome();
    onTestFinished(() => home.remove());
    const program = startRaw(programEnv(home.path));
    await initialize(program);
    await runAll(program, WARM_RUNS);
    const before = await measure(program);
    await runAll(program, RUNS);
    const after = await measure(program);
    expect(after.children).toBe(before.children);
    expect(after.descriptors).toBe(before.descriptors);
    expect(after.residentMiB - before.residentMiB).toBeLessThan(HEAP_NOISE_MIB);
    expect(await program.end()).toBe(0);
  },
  60_000 + RUNS * 2000,
);

async function runAll(program: RawProgram, count: number): Promise<void> {
  for (let k = 0; k < count; k++) {
    const bad = BAD.get(k % 10);
    const args = {
      path: fixture(bad ?? "feedthrough-2.fmu"),
      inputs: bad ? {} : { int_in: k },
      new_run: true,
    };
    const { result } = await program.request("tools/call", { name: "run_fmi_simulation", arguments: args });
    expect(result.structuredContent?.status, JSON.stringify(result)).toBe(bad ? "error" : "success");
    if (!bad) expect(result.structuredContent.outputs.int_out).toBe(k);
  }
}

interface Holdings {
  children: number;
  descriptors: number;
  residentMiB: number;
}

/** What the server holds once it has come to rest: the same in ten looks in a row. */
async function measure({ child }: RawProgram): Promise<Holdings> {
  const look = async () => {
    const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
    const descriptors = await readdir(`/proc/${child.pid}/fd`);
    return `${children.trim().split(" ").filter(Boolean).length} ${descriptors.length}`;
  };
  let last = "";
  let same = 0;
  await expect
    .poll(
      async () => {
        const now = await look();
        same = now === last ? same + 1 : 0;
        last = now;
        return same;
      },
      { timeout: 30_000, interval: 50 },
    )
    .toBeGreaterThan(10);
  const [children = 0, descriptors = 0] = last.split(" ").map(Number);
  const status = await readFile(`/proc/${child.pid}/status`, "utf8");
  const residentKiB = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
  return { children, descriptors, residentMiB: residentKiB / 1024 };
}
