// Measures the cold start against a bare MCP server, and the latency of a short run. `--starts` and `--runs` set how often.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { bundle, ROOT } from "./bundle.mjs";

const START_LIMIT = 1.2;
const MAIN = join(ROOT, "dist", "main.js");
const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "bench", version: "1" } },
};

const { values: options } = parseArgs({
  options: {
    starts: { type: "string", default: "21" },
    runs: { type: "string", default: "30" },
  },
});

const folder = await mkdtemp(join(tmpdir(), "modal-fmi-bench-"));
const env = {
  PATH: process.env.PATH ?? "",
  HOME: folder,
  MODAL_FMI_HOME: join(folder, "home"),
  MODAL_FMI_ENDPOINT: "embedded",
};
try {
  console.log(`Node ${process.version} on ${process.platform} ${process.arch}, ${cpus().length} cores`);
  await benchStart(Number(options.starts));
  await benchRuns(Number(options.runs));
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Starts both servers in turn, so that a change of the machine's speed meets both alike. */
async function benchStart(count) {
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await bundle({ entries: { bare: "scripts/bare-server.mjs" }, outdir: join(folder, "bare") });
  const bare = join(folder, "bare", "bare.js");
  const times = { bare: [], ours: [] };
  for (let round = -2; round < count; round++) {
    const [first, second] = [await timeStart(bare), await timeStart(MAIN)];
    if (round < 0) continue;
    times.bare.push(first);
    times.ours.push(second);
  }
  const ratio = median(times.ours) / median(times.bare);
  console.log(`\nSpawn to the reply of initialize, median of ${count}`);
  console.log(`  bare server    ${describe(times.bare)}`);
  console.log(`  modal-fmi-mcp  ${describe(times.ours)}`);
  console.log(`  ratio          ${ratio.toFixed(2)} (limit ${START_LIMIT})`);
  if (ratio > START_LIMIT) process.exitCode = 1;
}

/** Milliseconds from spawning a server to its reply of initialize. */
async function timeStart(script) {
  const start = performance.now();
  const child = spawn(process.execPath, [script], { env, cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
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

/** Times whole tools/call round trips of a run of 1000 steps on the embedded endpoint. */
async function benchRuns(count) {
  const client = new Client({ name: "bench", version: "1" });
  const transport = new StdioClientTransport({ command: process.execPath, args: [MAIN], env, cwd: folder });
  await client.connect(transport);
  try {
    const upload = await timeCall(client, "upload_fmu", { path: join(ROOT, "examples", "van-der-pol.fmu") });
    const run = () =>
      timeCall(client, "run_fmi_simulation", {
        fmu_checksum: upload.result.fmu_checksum,
        stop_time: 1,
        step_size: 0.001,
        new_run: true,
      });
    const first = await run();
    const times = [];
    for (let round = 0; round < count; round++) {
      const { time, result } = await run();
      if (result.status !== "success") throw new Error(`A run ended as ${result.status}`);
      times.push(time);
    }
    console.log("\nRun of 1000 steps on the embedded endpoint, through tools/call");
    console.log(`  upload, first call  ${upload.time.toFixed(1)} ms`);
    console.log(`  first run           ${first.time.toFixed(1)} ms`);
    console.log(`  later runs          ${describe(times)}, median of ${count}`);
  } finally {
    await client.close();
  }
}

async function timeCall(client, name, args) {
  const start = performance.now();
  const reply = await client.callTool({ name, arguments: args });
  const time = performance.now() - start;
  if (reply.isError) throw new Error(`${name}: ${reply.content[0]?.text}`);
  return { time, result: reply.structuredContent };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function describe(values) {
  return `${median(values).toFixed(1)} ms (${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)})`;
}
