import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bundle } from "../bundle.mjs";
import { lowerQuartile, spread } from "./figures.mjs";
import { MAIN, serverEnv } from "./server.mjs";

const START_LIMIT = 1.2;
const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "bench", version: "1" } },
};

/** Spawn to the reply of initialize, against a bare MCP server bundled the same way. */
export async function* benchStart(workshop, { starts }) {
  await bundle({ entries: { bare: "scripts/bare-server.mjs" }, outdir: join(workshop.folder, "bare") });
  const bare = join(workshop.folder, "bare", "bare.js");
  const times = { bare: [], ours: [] };
  // In turn, so that a change of the machine's speed meets both alike; two rounds to warm the file cache.
  for (let round = -2; round < starts; round++) {
    const [first, second] = [await timeStart(workshop, bare), await timeStart(workshop, MAIN)];
    if (round < 0) continue;
    times.bare.push(first);
    times.ours.push(second);
  }
  yield {
    what: "Spawn to the reply of initialize, modal-fmi-mcp / bare SDK server",
    measured: `${spread(times.ours, "ms")} / ${spread(times.bare, "ms")}`,
    ...{
      value: lowerQuartile(times.ours) / lowerQuartile(times.bare),
      unit: "×",
      atMost: START_LIMIT,
      slack: 1,
    },
  };
}

/** Milliseconds from spawning a server to its reply of initialize. */
async function timeStart({ folder }, script) {
  const start = performance.now();
  const child = spawn(process.execPath, [script], {
    ...{ env: serverEnv(folder), cwd: folder, stdio: ["pipe", "pipe", "inherit"] },
  });
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.stdin.write(`${JSON.stringify(INITIALIZE)}\n`);
  for await (const line of createInterface({ input: child.stdout })) {
    const time = performance.now() - start;
    const reply = JSON.parse(line);
    if (reply.id !== INITIALIZE.id || !reply.result) throw new Error(`${script} answered ${line}`);
    child.stdin.end();
    child.kill();
    await exit;
    return time;
  }
  throw new Error(`${script} ended before it answered`);
}
