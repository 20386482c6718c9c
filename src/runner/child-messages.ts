import type { ModelDescription, StartValue } from "../fmi/model-description.ts";
import type { SimulationSettings } from "../fmi/simulation-settings.ts";

/** One simulation, as the child process is told of it. Paths are absolute. */
export interface SimulationJob {
  fmuPath: string;
  /** Path of the shared library inside the archive. */
  libraryPath: string;
  description: ModelDescription;
  settings: SimulationSettings;
  /** File that the child maps and records into. */
  recordingPath: string;
  /** Rows of the recording at most. */
  capacity: number;
  /** Folder of the child's own, its working folder, removed by the parent. */
  directory: string;
  limits: ProcessLimits;
}

/** What a child process may use. */
export interface ProcessLimits {
  /** Memory above what the process has at its start, bytes. */
  memoryBytes: number;
  /** CPU time of all its threads, s. */
  cpuSeconds: number;
}

/** What a child process tells its parent. */
export type ChildMessage =
  | { kind: "log"; status: string; category: string; text: string }
  | { kind: "progress"; time: number }
  | {
      kind: "result";
      end: "completed" | "terminated_by_fmu";
      outputs: { name: string; values: StartValue[] }[];
      /** Wall-clock seconds from instantiation to the last output. */
      seconds: number;
    }
  /** After the result, when the instance is freed and all output is flushed: there is nothing left to wait for. */
  | { kind: "finished" }
  | { kind: "error"; code: string; message: string; remedy: string; detail: string | undefined };
