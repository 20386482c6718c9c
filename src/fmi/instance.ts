import type { ModelDescription } from "./description/model-description.ts";
import type { NativeLibrary } from "./library.ts";
import type { LifeCycle } from "./life-cycle-2.ts";
import type { DiscreteStatesUpdate } from "./model-exchange/model-exchange-instance.ts";
import type { FmuLogging } from "./simulation-settings.ts";
import type { ValueAccess } from "./value-block.ts";

/** An FMU unpacked and its library loaded. */
export interface LoadedFmu {
  library: NativeLibrary;
  description: ModelDescription;
  /** Absolute path of the folder it is unpacked into. */
  folder: string;
  /** Absolute path of the unpacked `resources` folder, undefined where the FMU has none. */
  resourcesPath: string | undefined;
}

/** One message of the FMU, its value references replaced by names. */
export interface FmuLogMessage {
  /** The standard's word: ok, warning, discard, error, fatal, pending. */
  status: string;
  category: string;
  text: string;
}

/** How an instance is made. */
export interface InstanceOptions {
  logging: FmuLogging;
  log(message: FmuLogMessage): void;
}

/** What a communication step came to; one object, reused for every step. */
export interface StepOutcome {
  status: number;
  /** Last successful time, s. */
  reached: number;
  /** The FMU asks for the end of the simulation: a normal end. */
  terminated: boolean;
  /** The FMU asks for Event Mode at the time reached (FMI 3.0). */
  needsEvent: boolean;
}

/** A Co-Simulation instance; calls that cannot be gone on from throw `FmuCallError`. */
export interface CoSimulationInstance extends LifeCycle {
  readonly access: ValueAccess;
  /** Steps from `time` by `step` seconds; never throws. */
  doStep(time: number, step: number): StepOutcome;
  /** What it takes to step in C; undefined where it cannot be done. */
  readonly native?: NativeStep | undefined;
  /** FMI 3.0, where the FMU has Event Mode; Initialization Mode ends in it then. */
  readonly eventMode?: EventMode | undefined;
  /** Sets the first derivatives of Real inputs for the next step; present where the FMU interpolates (FMI 1.0 and 2.0). */
  readonly setInputDerivatives?:
    | ((valueReferences: readonly number[], derivatives: Float64Array) => void)
    | undefined;
}

/** A communication step that C code takes in place of `doStep`. */
export interface NativeStep {
  /** Address of the FMU's function. */
  doStep: number;
  /** FMI 3.0: addresses of the flags that it sets, beside each other, and of the last successful time; else 0. */
  flags: number;
  lastSuccessfulTime: number;
  /** What the step that returned `status` came to. */
  conclude(status: number, time: number, step: number): StepOutcome;
}

/** Event Mode of a Co-Simulation FMU (FMI 3.0.2, section 4.2); calls throw `FmuCallError`. */
export interface EventMode {
  enterEventMode(): void;
  updateDiscreteStates(): DiscreteStatesUpdate;
  enterStepMode(): void;
}

const PROBLEM_CATEGORIES = [
  "logStatusWarning",
  "logStatusDiscard",
  "logStatusError",
  "logStatusFatal",
  "logStatusPending",
];

/** Categories for SetDebugLogging; empty means all (FMI 2.0.5 2.1.5, FMI 3.0 2.3.1). */
export function chooseLogCategories(description: ModelDescription, logging: FmuLogging): string[] {
  if (logging === "all") return [];
  return description.logCategories.filter((name) => PROBLEM_CATEGORIES.includes(name));
}
