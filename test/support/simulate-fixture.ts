import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openFileSource } from "../../src/fmi/archive/byte-source.ts";
import { simulateCoSimulation } from "../../src/fmi/co-simulation/co-simulation.ts";
import type { StartValue } from "../../src/fmi/description/model-description.ts";
import { openFmu } from "../../src/fmi/fmu.ts";
import type { FmuLogMessage } from "../../src/fmi/instance.ts";
import { loadLibrary } from "../../src/fmi/library.ts";
import { currentPlatform, findLibraryPath } from "../../src/fmi/platforms.ts";
import { type RecordedColumn, recordedColumns } from "../../src/fmi/recording/recorded-columns.ts";
import {
  createRecorder,
  type Recording,
  readRecording,
  recordingBytes,
} from "../../src/fmi/recording/recorder.ts";
import type { SimulationSettings } from "../../src/fmi/simulation-settings.ts";
import { resizeDescription } from "../../src/fmi/structural-parameters.ts";
import { countPoints, createTimeGrid } from "../../src/fmi/time-grid.ts";

/** Absolute path of a fixture FMU, by its name without the ending; of an example behind `example-`. */
export function fixturePath(name: string): string {
  const example = /^example-(.*)$/.exec(name)?.[1];
  const path = example === undefined ? `../fixtures/built/${name}` : `../../examples/${example}`;
  return fileURLToPath(new URL(`${path}.fmu`, import.meta.url));
}

export interface FixtureRun {
  end: string;
  outputs: Record<string, StartValue | StartValue[]>;
  recording: Recording;
  columns: RecordedColumn[];
  messages: FmuLogMessage[];
  state: Uint8Array | undefined;
  /** The recording as it is kept. */
  memory: ArrayBuffer;
}

/** Simulates a fixture FMU in this process, from 0 to 1 s in steps of 0.1 s unless told otherwise. */
export async function simulateFixture(
  name: string,
  {
    structural = {},
    isWatched = false,
    ...settings
  }: Partial<SimulationSettings> & {
    outputs: string[];
    /** Has every sample looked at in JavaScript, so that no steps are taken in C. */
    isWatched?: boolean;
    /** Structural parameters, by which arrays are sized. */
    structural?: Record<string, StartValue[]>;
  },
  messages: FmuLogMessage[] = [],
): Promise<FixtureRun> {
  const folder = await mkdtemp(join(tmpdir(), "simulate-fixture-"));
  const fmu = await openFmu(await openFileSource(fixturePath(name)), name);
  try {
    await fmu.archive.extract(() => true, folder);
    const description = resizeDescription(fmu.description, new Map(Object.entries(structural)));
    const path = findLibraryPath(
      fmu.archive.entries,
      description.coSimulation?.modelIdentifier ?? "",
      description.fmiMajor,
      currentPlatform(process.platform, process.arch),
    );
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
    const columns = recordedColumns(description, full.outputs);
    const grid = createTimeGrid(full.startTime, full.stopTime, full.stepSize);
    const capacity = countPoints(grid, full.stepsPerPoint) + (full.eventCapacity ?? 0);
    const memory = new ArrayBuffer(recordingBytes(columns.length, capacity));
    const loaded = {
      library: loadLibrary(join(folder, path ?? "")),
      description,
      folder,
      resourcesPath: join(folder, "resources"),
    };
    const recorder = createRecorder(columns.length, capacity, memory);
    const result = simulateCoSimulation(loaded, full, recorder, {
      log: (message) => messages.push(message),
      progress: () => {},
      watch: isWatched ? () => () => {} : undefined,
    });
    result.finish();
    const outputs = Object.fromEntries(
      result.outputs.map(({ name, values }) => [name, values.length === 1 ? values[0]! : values]),
    );
    const recording = readRecording(memory, columns.length, capacity);
    return { end: result.end, outputs, recording, columns, messages, state: result.state, memory };
  } finally {
    await fmu.close();
    await rm(folder, { recursive: true, force: true });
  }
}
