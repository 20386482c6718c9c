/** Entry of the child process: takes one job over IPC, simulates it, tells its result, and exits. */
import { unlinkSync } from "node:fs";
import { ToolError, toError } from "../errors.ts";
import { simulateCoSimulation } from "../fmi/co-simulation/co-simulation.ts";
import { loadLibrary } from "../fmi/library.ts";
import { recordedColumns } from "../fmi/recording/recorded-columns.ts";
import { createRecorder, recordingBytes } from "../fmi/recording/recorder.ts";
import type { ChildMessage, SimulationJob } from "./child-messages.ts";
import { blockOnOutput, confineProcess, flushOutput, limitProcess } from "./limits.ts";
import { createOutputLimit } from "./output-limit.ts";
import { createFileMemory } from "./shared-memory.ts";
import { warmUp } from "./warm-up.ts";
import { createWatchers } from "./watchers.ts";

const { platform } = process;

/** Resolves when the message is on its way; the write itself is done before the FMU is called again. */
function tell(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, () => resolve());
  });
}

/** Resolves to whether it came to its end; what went wrong has been told by then. */
async function simulate(job: SimulationJob): Promise<boolean> {
  await limitProcess(platform, job.limits);
  const { description, folder, resourcesPath, settings } = job;
  const columns = recordedColumns(description, settings.outputs).length;
  const recording = createFileMemory(platform, job.recordingPath, recordingBytes(columns, job.capacity));
  const recorder = createRecorder(columns, job.capacity, recording.memory);
  const watchers = createWatchers(job);
  const started = performance.now();
  const fmu = { description, folder, resourcesPath, library: loadLibrary(job.libraryPath, job.searchFolder) };
  const output = createOutputLimit((notice) =>
    tell({ kind: "log", status: "warning", category: "", text: `${notice}: the rest is left out.` }),
  );
  const simulateFmu =
    job.interfaceType === "co_simulation" ? simulateCoSimulation : await loadModelExchange();
  try {
    await blockOnOutput(platform);
    const result = simulateFmu(fmu, settings, recorder, {
      log: (message) => {
        if (output.admits(message.text)) tell({ kind: "log", ...message });
      },
      progress: (time) => tell({ kind: "progress", time }),
      watch: watchers.watch,
    });
    const seconds = (performance.now() - started) / 1000;
    await recording.save();
    await watchers.save();
    const { end, outputs, state, messages = [] } = result;
    await tell({ kind: "result", end, outputs, state, messages, seconds });
    result.finish();
    await flushOutput(platform);
    await tell({ kind: "finished" });
    return true;
  } catch (thrown) {
    await tellError(thrown);
    return false;
  } finally {
    await recording.save();
    await watchers.save();
  }
}

async function loadModelExchange() {
  return (await import("../fmi/model-exchange/model-exchange.ts")).simulateModelExchange;
}

async function run(job: SimulationJob): Promise<void> {
  let finished = false;
  try {
    await confined;
    finished = await simulate(job);
  } catch (thrown) {
    await tellError(thrown);
  }
  // On Linux its parent ends one that has finished: C code that runs at an exit takes its time, or crashes.
  if (!finished || platform !== "linux") process.exit(0);
}

function tellError(thrown: unknown): Promise<void> {
  const error = toError(thrown);
  const { code, remedy, detail } =
    error instanceof ToolError ? error : { code: "internal", remedy: "", detail: undefined };
  return tell({ kind: "error", code, message: error.message, remedy, detail });
}

/** Does once what every job needs, so that it is loaded, compiled and bound before the first comes. Never throws. */
async function rehearse(): Promise<void> {
  warmUp();
  try {
    createFileMemory(platform, "rehearsal", 4096);
    unlinkSync("rehearsal");
    await flushOutput(platform);
  } catch {
    // The job will say what is wrong.
  }
  await tell({ kind: "ready" });
}

const confined = confineProcess(platform).then(rehearse);
process.once("disconnect", () => process.exit(0));
process.once("message", (job) => void run(job as SimulationJob));
