import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { initialize, programEnv, startRaw } from "../support/built-program.ts";
import { makeHome } from "../support/home.ts";
import { fixture } from "../support/tool-client.ts";

const ROUNDS = 3;

/** Paths of the files below a folder that are no temporary ones. */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => join(entry.parentPath, entry.name));
}

async function start(home: string) {
  const program = startRaw(programEnv(home));
  await initialize(program);
  const run = async () => {
    const args = { path: fixture("feedthrough-2.fmu"), new_run: true };
    return (await program.request("tools/call", { name: "run_fmi_simulation", arguments: args })).result;
  };
  return { program, run };
}

test("a server that is killed amid its runs leaves no damaged record, and the next one finds its runs", async () => {
  const made = await makeHome();
  onTestFinished(() => made.remove());
  const runs = join(made.path, "data", "runs");
  for (let round = 0; round < ROUNDS; round++) {
    const { program, run } = await start(made.path);
    await run();
    const before = (await listFiles(runs)).length;
    for (let started = 0; started < 3; started++) void run();
    // Killed at another moment in each round: after so many more files have come.
    while ((await listFiles(runs)).length < before + 1 + (round % 3)) await setImmediate();
    const exited = once(program.child, "exit");
    program.child.kill("SIGKILL");
    await exited;
    for (const file of await listFiles(join(made.path, "data"))) {
      if (!file.endsWith(".json")) continue;
      const text = await readFile(file, "utf8");
      expect(() => JSON.parse(text), basename(file)).not.toThrow();
    }
  }
  const { program, run } = await start(made.path);
  expect((await run()).structuredContent.status).toBe("success");
  const ids = (await readdir(runs)).filter((name) => name.endsWith(".json"));
  expect(ids.length).toBeGreaterThanOrEqual(2 * ROUNDS + 1);
  await program.end();
});
