/**
 * Simulates one job with the engine, as the runner's child does, and prints what it took as JSON. The job, in one argument:
 * `fmu`, `interface` ("CoSimulation" or "ModelExchange"), `stopTime`, `stepSize`, `outputs`, `startValues` (name to number),
 * `tolerance`, `csv` (path to write), `loop` (take off what a simulation of one step costs).
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFileSource } from "../../src/fmi/byte-source.ts";
import { simulateCoSimulation } from "../../src/fmi/co-simulation.ts";
import { chooseEventCapacity } from "../../src/fmi/event-rows.ts";
import { openFmu } from "../../src/fmi/fmu.ts";
import { loadLibrary } from "../../src/fmi/library.ts";
import { simulateModelExchange } from "../../src/fmi/model-exchange.ts";
import { currentPlatform, findLibraryPath } from "../../src/fmi/platforms.ts";
import { recordedColumns } from "../../src/fmi/recorded-columns.ts";
import { createRecorder, readRecording, recordingBytes } from "../../src/fmi/recorder.ts";
import { countPoints, createTimeGrid } from "../../src/fmi/time-grid.ts";
import { writeCsv } from "../../src/runs/csv.ts";

const job = JSON.parse(process.argv[2]);
const folder = await mkdtemp(join(tmpdir(), "modal-fmi-engine-"));
try {
  const loaded = await load();
  const once = job.loop ? simulate(loaded, job.stepSize).milliseconds : 0;
  const { milliseconds, recording } = simulate(loaded, job.stopTime);
  if (job.csv !== undefined) await writeSeries(recording);
  const steps = Math.round(job.stopTime / job.stepSize);
  const final = Object.fromEntries(job.outputs.slice(0, 8).map((name, i) => [name, recording.statistics[i]?.final]));
  const report = {
    nsPerStep: (1e6 * (milliseconds - once)) / steps,
    simulateMs: milliseconds,
    rows: recording.time.length,
    final,
    minimum: recording.statistics.map(({ min }) => min).slice(0, 8),
    maximum: recording.statistics.map(({ max }) => max).slice(0, 8),
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function load() {
  const fmu = await openFmu(await openFileSource(job.fmu), job.fmu);
  try {
    const { description, archive } = fmu;
    await archive.extract((path) => /^(?:binaries|resources)\//.test(path), folder);
    const type = job.interface === "ModelExchange" ? description.modelExchange : description.coSimulation;
    const platform = currentPlatform(process.platform, process.arch);
    const path = findLibraryPath(archive.entries, type.modelIdentifier, description.fmiMajor, platform);
    return { description, library: loadLibrary(join(folder, path)), resourcesPath: join(folder, "resources") };
  } finally {
    await fmu.close();
  }
}

function simulate(loaded, stopTime) {
  const startValues = Object.entries(job.startValues ?? {}).map(([name, value]) => ({ name, values: [value] }));
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
  const run = isModelExchange ? simulateModelExchange : simulateCoSimulation;
  const start = performance.now();
  const result = run(loaded, settings, recorder, { log: () => {}, progress: () => {} });
  const milliseconds = performance.now() - start;
  result.finish();
  return { milliseconds, recording: readRecording(memory, columns, capacity) };
}

async function writeSeries({ time, columns }) {
  const series = columns.map((values, i) => ({ name: job.outputs[i], unit: undefined, values }));
  await writeCsv(job.csv, [{ name: "time", unit: "s", values: time }, ...series]);
}
