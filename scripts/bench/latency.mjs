import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate, setTimeout } from "node:timers/promises";
import { ROOT } from "../bundle.mjs";
import { median, spread } from "./figures.mjs";
import { startServer } from "./server.mjs";
import { examplePath } from "./workshop.mjs";

const SHORT_RUN = { stop_time: 1, step_size: 0.001 };
/* Longer than a new spare takes to start, even on a busy machine. */
const SPARE_MS = 400;
const FIRST_ROUNDS = 5;
const CANCEL_ROUNDS = 5;
const DIAGNOSE_ROUNDS = 10;

/** A run of 1000 steps through tools/call on the embedded endpoint, the first of a server, and a cancelled one. */
export async function* benchLatency(workshop, { runs }) {
  yield await firstRun(workshop);
  const server = await startServer(workshop.folder, "home");
  try {
    yield* laterRuns(server, runs);
    yield await diagnose(server);
    if (process.platform === "linux") yield await cancel(server);
  } finally {
    await server.close();
  }
}

async function firstRun(workshop) {
  const times = [];
  for (let round = 0; round < FIRST_ROUNDS; round++) {
    const server = await startServer(workshop.folder, `home-${round}`);
    try {
      const { milliseconds } = await run(server, { path: examplePath("van-der-pol") });
      times.push(milliseconds);
    } finally {
      await server.close();
    }
  }
  return {
    what: "First call after initialize: upload and run of 1000 steps",
    measured: spread(times, "ms"),
    ...{ value: median(times), unit: "ms", atMost: 500, slack: 2 },
  };
}

async function* laterRuns(server, count) {
  const { result } = await run(server, { path: examplePath("van-der-pol") });
  const fmu = { fmu_checksum: result.fmu.checksum };
  const above = [];
  const simulations = [];
  for (let round = 0; round < count; round++) {
    await setTimeout(SPARE_MS);
    const { milliseconds, result } = await run(server, fmu);
    const simulation = 1000 * result.facts.seconds;
    above.push(milliseconds - simulation);
    simulations.push(simulation);
  }
  yield {
    what: "Run of 1000 steps through the tool, a spare ready, less the simulation",
    measured: `${spread(above, "ms")}, simulation ${spread(simulations, "ms")}`,
    ...{ value: median(above), unit: "ms", atMost: 20, slack: 3 },
  };
  const times = [];
  for (let round = 0; round < count / 2; round++) times.push((await run(server, fmu)).milliseconds);
  yield { what: "The same back to back, waiting for the next spare, in all", measured: spread(times, "ms") };
}

async function diagnose(server) {
  // The first one looks for the modal CLI.
  await server.call("diagnose", {});
  const times = [];
  for (let round = 0; round < DIAGNOSE_ROUNDS; round++) {
    const { milliseconds, result } = await server.call("diagnose", {});
    if (result.likely_cause !== null) throw new Error(`A fault was found: ${result.likely_cause.code}`);
    times.push(milliseconds);
  }
  return {
    what: "Diagnosing a healthy embedded endpoint, warm",
    measured: spread(times, "ms"),
    ...{ value: median(times), unit: "ms", atMost: 300, slack: 2 },
  };
}

async function cancel(server) {
  const times = [];
  const endless = join(ROOT, "test", "fixtures", "built", "endless-2.fmu");
  for (let round = 0; round < CANCEL_ROUNDS; round++) {
    await setTimeout(SPARE_MS);
    const before = await childrenOf(server.pid);
    const { result } = await run(server, { path: endless, wait_seconds: 0 }, "running");
    await setTimeout(SPARE_MS);
    // The endless run took the spare that was there.
    const child = before.at(-1);
    const start = performance.now();
    const cancelled = server.call("cancel_run", { run_id: result.run_id });
    while (await isAlive(child)) await setImmediate();
    times.push(performance.now() - start);
    await cancelled;
  }
  return {
    what: "Cancelling an endless run, from the call to the process being gone",
    measured: spread(times, "ms"),
    ...{ value: median(times), unit: "ms", atMost: 100, slack: 2 },
  };
}

async function run(server, args, status = "success") {
  const reply = await server.call("run_fmi_simulation", { ...SHORT_RUN, ...args, new_run: true });
  if (reply.result.status !== status) throw new Error(`A run is ${reply.result.status}, not ${status}`);
  return reply;
}

async function childrenOf(pid) {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.trim().split(" ").filter(Boolean).map(Number);
}

async function isAlive(pid) {
  const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return state !== undefined && !/\) Z /.test(state);
}
