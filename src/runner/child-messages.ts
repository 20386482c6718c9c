import type { InterfaceType } from "../fmi/description/interface-type.ts";
import type { ModelDescription, StartValue } from "../fmi/description/model-description.ts";
import type { SimulationSettings } from "../fmi/simulation-settings.ts";

/** One simulation, as the child process is told of it. Paths are absolute. */
export interface SimulationJob {
  /** Of the FMU's shared library, which the parent has unpacked. */
  libraryPath: string;
  /** Of the unpacked `resources` folder; undefined where the FMU has none. */
  resourcesPath: string | undefined;
  /** Where the FMU is unpacked. */
  folder: string;
  description: ModelDescription;
  interfaceType: InterfaceType;
  settings: SimulationSettings;
  /** File that the child maps and records into. */
  recordingPath: string;
  /** Rows of the recording at most. */
  capacity: number;
  /** File for Strings and Binaries at every recorded point; made where there are such outputs. */
  listsPath: string;
  /** Folder where the loader looks for libraries. */
  searchFolder: string;
  /** File for the last points of every scalar; undefined where they are not asked for. */
  debugPath: string | undefined;
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
  /** At its start, and of no concern: the first message of a process takes several times as long as the next. */
  | { kind: "ready" }
  | { kind: "log"; status: string; category: string; text: string }
  | { kind: "progress"; time: number }
  | {
      kind: "result";
      end: "completed" | "terminated_by_fmu";
      outputs: { name: string; values: StartValue[] }[];
      /** The FMU's state at the end, where it was asked for. */
      state: Uint8Array | undefined;
      messages: string[];
      /** Wall-clock seconds from instantiation to the last output. */
      seconds: number;
    }
  /** After the result, when the instance is freed and all output is flushed: there is nothing left to wait for. */
  | { kind: "finished" }
  | {
      kind: "error";
      code: string;
      message: string;
      remedy: string;
      detail: string | undefined;
    };
