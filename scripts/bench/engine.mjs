/**
 * Simulates one job with the engine, as the runner's child does, and prints what it took as JSON. The job, in one argument:
 * `fmu`, `interface` ("CoSimulation" or "ModelExchange"), `stopTime`, `stepSize`, `outputs`, `startValues` (name to number),
 * `tolerance`, `csv` (path to write). `nsPerStep` is processor time over the
 * last four fifths of the steps: by then the loop is compiled.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFileSource } from "../../src/fmi/archive/byte-source.ts";
import { simulateCoSimulation } from "../../src/fmi/co-simulation/co-simulation.ts";
import { openFmu } from "../../src/fmi/fmu.ts";
import { loadLibrary } from "../../src/fmi/library.ts";
import { simulateModelExchange } from "../../src/fmi/model-exchange/model-exchange.ts";
import { currentPlatform, findLibraryPath } from "../../src/fmi/platforms.ts";
import { chooseEventCapacity } from "../../src/fmi/recording/event-rows.ts";
import { recordedColumns } from "../../src/fmi/recording/recorded-columns.ts";
import { createRecorder, readRecording, recordingBytes } from "../../src/fmi/recording/recorder.ts";
import { countPoints, createTimeGrid } from "../../src/fmi/time-grid.ts";
import { writeCsv } from "../../src/runs/csv.ts";
import { peakMiB, processorSeconds } from "./own-use.mjs";

/* Where a recording has its number of steps. */
const STEPS_DONE = 1;

const job = JSON.parse(process.argv[2]);
const folder = await mkdtemp(join(tmpdir(), "modal-fmi-engine-"));
try {
  const loaded = await load();
  const { milliseconds, nsPerStep, recording } = simulate(loaded);
  if (job.csv !== undefined) await writeSeries(recording);
  const final = Object.fromEntries(
    job.outputs.slice(0, 8).map((name, i) => [name, recording.statistics[i]?.final]),
  );
  const report = {
    nsPerStep,
    simulateMs: milliseconds,
    rows: recording.time.length,
    final,
    openMs: loaded.openMs,
    unpackMs: loaded.unpackMs,
    minimum: recording.statistics.map(({ min }) => min).slice(0, 8),
    maximum: recording.statistics.map(({ max }) => max).slice(0, 8),
    peakMiB: peakMiB(),
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function load() {
  const start = performance.now();
  const fmu = await openFmu(await openFileSource(job.fmu), job.fmu);
  try {
    const { description, archive } = fmu;
    const opened = performance.now();
    await archive.extract((path) => /^(?:binaries|resources)\//.test(path), folder);
    const times = { openMs: opened - start, unpackMs: performance.now() - opened };
    const type = job.interface === "ModelExchange" ? description.modelExchange : description.coSimulation;
    const platform = currentPlatform(process.platform, process.arch);
    const path = findLibraryPath(archive.entries, type.modelIdentifier, description.fmiMajor, platform);
    const library = loadLibrary(join(folder, path));
    return { description, library, resourcesPath: join(folder, "resources"), ...times };
  } finally {
    await fmu.close();
  }
}

function simulate(loaded) {
  const { stopTime } = job;
  const startValues = Object.entries(job.startValues ?? {}).map(([name, value]) => ({
    name,
    values: [value],
  }));
  const points = countPoints(createTimeGrid(0, stopTime, job.stepSize), 1);
  const isModelExchange = job.interface === "ModelExchange";
  const eventCapacity = isModelExchange ? chooseEventCapacity(points) : 0;
  const settings = {
    ...{ startTime: 0, stopTime, stepSize: job.stepSize, stepsPerPoint: 1, tolerance: job.tolerance },
    ...{ startValues, outputs: job.outputs, logging: "problems", eventCapacity },
  };
  const columns = recordedColumns(loaded.description, job.outputs).length;
  const capacity = points + eventCapacity;
  const memory = new ArrayBuffer(recordingBytes(columns, capacity));
  const recorder = createRecorder(columns, capacity, memory);
  const clock = startClock(recorder, Math.round(stopTime / job.stepSize));
  const run = isModelExchange ? simulateModelExchange : simulateCoSimulation;
  const start = performance.now();
  const result = run(loaded, settings, clock.recorder, { log: () => {}, progress: () => {} });
  const milliseconds = performance.now() - start;
  result.finish();
  return { milliseconds, nsPerStep: clock.nsPerStep(), recording: readRecording(memory, columns, capacity) };
}

/** A recorder that looks at the clock twice: after a fifth of the steps, or a little later, and at the last. */
function startClock(recorder, steps) {
  const first = Math.floor(steps / 5);
  const times = [];
  let samples = 0;
  let started = first;
  const note = (now) => {
    samples = now;
    if (times.length === 0 && samples > first) {
      started = samples - 1;
      times.push(processorSeconds());
    }
    if (samples === steps + 1) times.push(processorSeconds());
  };
  const sample = (time, values, keep) => {
    recorder.sample(time, values, keep);
    note(samples + 1);
  };
  // Steps taken in C come many at a time.
  const reload = () => {
    const done = recorder.reload();
    note(recorder.memory[STEPS_DONE] + 1);
    return done;
  };
  const nsPerStep = () => (1e9 * (times[1] - times[0])) / (steps - started);
  return { recorder: { ...recorder, sample, reload }, nsPerStep };
}

async function writeSeries({ time, columns }) {
  const series = columns.map((values, i) => ({ name: job.outputs[i], unit: undefined, values }));
  await writeCsv(job.csv, [{ name: "time", unit: "s", values: time }, ...series]);
}
