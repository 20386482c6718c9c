/** Entry of the child process: takes one job over IPC, simulates it, tells its result, and exits. */
import { dirname, join } from "node:path";
import { ToolError, toError } from "../errors.ts";
import { openArchive } from "../fmi/archive.ts";
import { openFileSource } from "../fmi/byte-source.ts";
import { simulateCoSimulation } from "../fmi/co-simulation.ts";
import type { LoadedFmu } from "../fmi/instance.ts";
import { loadLibrary } from "../fmi/library.ts";
import { recordedColumns } from "../fmi/recorded-columns.ts";
import { createRecorder, recordingBytes } from "../fmi/recorder.ts";
import type { ChildMessage, SimulationJob } from "./child-messages.ts";
import { blockOnOutput, confineProcess, flushOutput, limitProcess } from "./limits.ts";
import { createOutputLimit } from "./output-limit.ts";
import { createFileMemory } from "./shared-memory.ts";

const { platform } = process;

/** Resolves when the message is on its way; the write itself is done before the FMU is called again. */
function tell(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, () => resolve());
  });
}

async function unpack(job: SimulationJob): Promise<Omit<LoadedFmu, "library">> {
  const archive = await openArchive(await openFileSource(job.fmuPath), job.description.modelName);
  const target = join(job.directory, "fmu");
  const binaries = `${dirname(job.libraryPath)}/`;
  try {
    await archive.extract((path) => path.startsWith(binaries) || path.startsWith("resources/"), target);
    const hasResources = archive.entries.some(({ path }) => path.startsWith("resources"));
    return {
      description: job.description,
      resourcesPath: hasResources ? join(target, "resources") : undefined,
    };
  } finally {
    await archive.close();
  }
}

async function simulate(job: SimulationJob): Promise<void> {
  await limitProcess(platform, job.limits);
  const unpacked = await unpack(job);
  const columns = recordedColumns(job.description, job.settings.outputs).length;
  const bytes = recordingBytes(columns, job.capacity);
  const recording = createFileMemory(platform, job.recordingPath, bytes);
  const recorder = createRecorder(columns, job.capacity, recording.memory);
  const started = performance.now();
  const fmu = { ...unpacked, library: loadLibrary(join(job.directory, "fmu", job.libraryPath)) };
  const output = createOutputLimit((text) => tell({ kind: "log", status: "warning", category: "", text }));
  try {
    await blockOnOutput(platform);
    const result = simulateCoSimulation(fmu, job.settings, recorder, {
      log: (message) => {
        if (output.admits(message.text)) tell({ kind: "log", ...message });
      },
      progress: (time) => tell({ kind: "progress", time }),
    });
    const seconds = (performance.now() - started) / 1000;
    await recording.save();
    await tell({ kind: "result", end: result.end, outputs: result.outputs, seconds });
    result.finish();
    await flushOutput(platform);
    await tell({ kind: "finished" });
  } finally {
    await recording.save();
  }
}

async function run(job: SimulationJob): Promise<void> {
  try {
    await confined;
    await simulate(job);
  } catch (thrown) {
    const error = toError(thrown);
    const { code, remedy, detail } =
      error instanceof ToolError ? error : { code: "internal", remedy: "", detail: undefined };
    await tell({ kind: "error", code, message: error.message, remedy, detail });
  }
  process.exit(0);
}

const confined = confineProcess(platform);
process.once("disconnect", () => process.exit(0));
process.once("message", (job) => void run(job as SimulationJob));
