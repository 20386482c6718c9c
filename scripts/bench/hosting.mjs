/**
 * Deploys an app of one function that returns its argument with the real `modal` CLI to an emulator in this process, calls
 * it, and prints what that took as JSON. The job, in one argument: `python` (one that has the `modal` package), `folder`,
 * `environment` (of Python and pip), `deploys` and `calls` (how many). Milliseconds throughout.
 */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Server } from "@grpc/grpc-js";
import { startEmulator } from "../../src/emulator/index.ts";
import { connectModal } from "../../src/modal/connect.ts";

const run = promisify(execFile);
const job = JSON.parse(process.argv[2]);
const DEADLINE_MS = 60_000;
const HELD = ["ContainerHeartbeat", "FunctionGetInputs"];

const handling = timeHandlers();
const python = { command: job.python, environment: job.environment };
const emulator = await startEmulator({ stateDir: join(job.folder, "state"), apps: [], python });
const { url, tokenId, tokenSecret } = emulator;
const modal = await connectModal({ url, tokenId, tokenSecret, environment: "main", log: () => {} });
try {
  const first = await deploy(0);
  await call(0);
  const deploys = [];
  const cold = [];
  // Every deploy retires the containers of the version before: the next call starts one.
  for (let version = 1; version <= job.deploys; version++) {
    deploys.push(await deploy(version));
    cold.push(await call(version));
  }
  const warm = [];
  for (let number = 0; number < job.calls; number++) warm.push(await call(number));
  process.stdout.write(`${JSON.stringify({ first, deploys, cold, warm })}\n`);
} finally {
  await modal.close();
  await emulator.close();
}

/** One deploy: its wall time, and for how long of that the emulator was at work. */
async function deploy(version) {
  const source = [
    "import modal",
    'app = modal.App("bench", image=modal.Image.debian_slim())',
    `@app.function()  # version ${version}`,
    "def echo(value):",
    "    return value",
  ];
  await writeFile(join(job.folder, "bench.py"), `${source.join("\n")}\n`);
  const env = {
    ...job.environment,
    MODAL_SERVER_URL: url,
    MODAL_TOKEN_ID: tokenId,
    MODAL_TOKEN_SECRET: tokenSecret,
    MODAL_CONFIG_PATH: join(job.folder, "none.toml"),
    MODAL_DISABLE_API_PROXY: "1",
    no_proxy: "127.0.0.1,localhost",
  };
  handling.splice(0);
  const processor = process.cpuUsage();
  const start = performance.now();
  await run(job.python, ["-m", "modal", "deploy", "bench.py"], { cwd: job.folder, env });
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(processor);
  // Whichever is more: handlers wait for the disk, and messages are read and written outside of them.
  return { wall, emulator: Math.max(covered(handling), (user + system) / 1000) };
}

async function call(value) {
  const start = performance.now();
  const fn = await modal.functions.get("bench", "echo");
  const outcome = await modal.calls.wait(await modal.calls.spawn(fn, { value }), DEADLINE_MS);
  if (outcome.state !== "success" || outcome.value !== value) throw new Error(JSON.stringify(outcome));
  return performance.now() - start;
}

/**
 * Times every unary request from its arrival to its answer. Left out are streams, which wait for pip, and what containers
 * ask and the emulator holds until there is something to do.
 */
function timeHandlers() {
  const intervals = [];
  const { addService } = Server.prototype;
  Server.prototype.addService = function (service, implementation) {
    const timed = Object.entries(implementation).map(([name, handler]) => {
      if (service[name]?.responseStream || HELD.includes(name)) return [name, handler];
      const wrapped = (call, callback) => {
        const start = performance.now();
        handler(call, (...answer) => {
          intervals.push([start, performance.now()]);
          callback(...answer);
        });
      };
      return [name, wrapped];
    });
    return addService.call(this, service, Object.fromEntries(timed));
  };
  return intervals;
}

/** The time that intervals cover together. */
function covered(intervals) {
  let [sum, reached] = [0, 0];
  for (const [start, end] of [...intervals].sort(([a], [b]) => a - b)) {
    sum += Math.max(0, end - Math.max(start, reached));
    reached = Math.max(reached, end);
  }
  return sum;
}
