import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFileSource } from "../../src/fmi/archive/byte-source.ts";
import type { SimulationResult } from "../../src/fmi/co-simulation/co-simulation.ts";
import { simulateCoSimulation } from "../../src/fmi/co-simulation/co-simulation.ts";
import type { StartValue } from "../../src/fmi/description/model-description.ts";
import { openFmu } from "../../src/fmi/fmu.ts";
import type { FmuLogMessage, LoadedFmu } from "../../src/fmi/instance.ts";
import { loadLibrary } from "../../src/fmi/library.ts";
import {
  type ModelExchangeResult,
  simulateModelExchange,
} from "../../src/fmi/model-exchange/model-exchange.ts";
import { currentPlatform, findLibraryPath } from "../../src/fmi/platforms.ts";
import { chooseEventCapacity } from "../../src/fmi/recording/event-rows.ts";
import { recordedColumns } from "../../src/fmi/recording/recorded-columns.ts";
import {
  createRecorder,
  type Recording,
  readRecording,
  recordingBytes,
} from "../../src/fmi/recording/recorder.ts";
import type { SimulationSettings } from "../../src/fmi/simulation-settings.ts";
import { countPoints, createTimeGrid } from "../../src/fmi/time-grid.ts";
import { fixturePath } from "./simulate-fixture.ts";

export interface Run<Result extends SimulationResult> {
  result: Result;
  outputs: Record<string, StartValue | undefined>;
  recording: Recording;
  /** The recorded values of a variable. */
  column(name: string): Float64Array;
  messages: FmuLogMessage[];
}

type Settings = Partial<SimulationSettings> & { outputs: string[] };

/** Simulates an example FMU in this process, from 0 to 1 s in steps of 0.1 s unless told otherwise. */
export function simulateExample(name: string, settings: Settings): Promise<Run<ModelExchangeResult>> {
  return withExample(name, "modelExchange", (fmu) => runIn(fmu, settings, simulateModelExchange));
}

/** The same of a fixture FMU. */
export function simulateFixtureExchange(name: string, settings: Settings): Promise<Run<ModelExchangeResult>> {
  const run = (fmu: LoadedFmu) => runIn(fmu, settings, simulateModelExchange);
  return withFmu(fixturePath(name), "modelExchange", run);
}

/** The same by Co-Simulation. */
export function cosimulateExample(name: string, settings: Settings): Promise<Run<SimulationResult>> {
  return withExample(name, "coSimulation", (fmu) => runIn(fmu, settings, simulateCoSimulation));
}

/** Model Exchange without the engine's part in C: the addresses of the FMU's functions are not to be found. */
export function simulateExampleInJavaScript(
  name: string,
  settings: Settings,
): Promise<Run<ModelExchangeResult>> {
  return withExample(name, "modelExchange", (fmu) => {
    const library = { ...fmu.library, findAddress: () => undefined };
    return runIn({ ...fmu, library }, settings, simulateModelExchange);
  });
}

/** Simulates an FMU that is loaded, or a fake one. */
export function exchange(fmu: LoadedFmu, settings: Settings): Run<ModelExchangeResult> {
  return runIn(fmu, settings, simulateModelExchange);
}

function withExample<T>(
  name: string,
  kind: "modelExchange" | "coSimulation",
  run: (fmu: LoadedFmu) => T,
): Promise<T> {
  return withFmu(fixturePath(`example-${name}`), kind, run);
}

async function withFmu<T>(
  path: string,
  kind: "modelExchange" | "coSimulation",
  run: (fmu: LoadedFmu) => T,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "model-exchange-"));
  const fmu = await openFmu(await openFileSource(path), "test.fmu");
  try {
    await fmu.archive.extract(() => true, folder);
    const { description } = fmu;
    const library = findLibraryPath(
      fmu.archive.entries,
      description[kind]?.modelIdentifier ?? "",
      description.fmiMajor,
      currentPlatform(process.platform, process.arch),
    );
    return run({
      library: loadLibrary(join(folder, library ?? "")),
      description,
      folder,
      resourcesPath: join(folder, "resources"),
    });
  } finally {
    await fmu.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function runIn<Result extends SimulationResult>(
  fmu: LoadedFmu,
  settings: Settings,
  simulate: (...given: Parameters<typeof simulateModelExchange>) => Result,
): Run<Result> {
  const full: SimulationSettings = {
    startTime: 0,
    stopTime: 1,
    stepSize: 0.1,
    stepsPerPoint: 1,
    tolerance: undefined,
    startValues: [],
    logging: "all",
    ...settings,
  };
  const points = countPoints(
    createTimeGrid(full.startTime, full.stopTime, full.stepSize),
    full.stepsPerPoint,
  );
  const eventCapacity = full.eventCapacity ?? chooseEventCapacity(points);
  const capacity = points + eventCapacity;
  const columns = recordedColumns(fmu.description, full.outputs);
  const memory = new ArrayBuffer(recordingBytes(columns.length, capacity));
  const recorder = createRecorder(columns.length, capacity, memory);
  const messages: FmuLogMessage[] = [];
  const result = simulate(fmu, { ...full, eventCapacity }, recorder, {
    log: (message) => messages.push(message),
    progress: () => {},
  });
  result.finish();
  const recording = readRecording(memory, columns.length, capacity);
  return {
    result,
    outputs: Object.fromEntries(result.outputs.map(({ name, values }) => [name, values[0]])),
    recording,
    column: (name) => recording.columns[columns.findIndex((each) => each.name === name)]!,
    messages,
  };
}
