import type { StartValue } from "./description/model-description.ts";
import type { InputSeries } from "./input/input-series.ts";
import type { SolverName } from "./model-exchange/choose-solver.ts";

/** What the FMU is to log: all categories, or those that tell of problems where it names them (else all). */
export type FmuLogging = "all" | "problems";

/** What to simulate. Times in seconds; names are those of the model description. */
export interface SimulationSettings {
  startTime: number;
  stopTime: number;
  /** Communication step size. */
  stepSize: number;
  /** Communication steps from one recorded point to the next. */
  stepsPerPoint: number;
  tolerance: number | undefined;
  /** One value for a scalar; row-major, or one for all, for an array. */
  startValues: readonly { name: string; values: readonly StartValue[] }[];
  /** Variables to record and to report at the end. */
  outputs: readonly string[];
  logging: FmuLogging;
  /** Inputs over time, checked: they cover the whole run, and win over start values. */
  inputSeries?: InputSeries | undefined;
  /** Model Exchange: "automatic" where absent. */
  solver?: SolverName | undefined;
  /** Rows beyond those of the grid that the recorder has for events, two each; none where absent. */
  eventCapacity?: number | undefined;
  /** Bytes that an earlier run saved: the simulation goes on from there and is not initialized. */
  initialState?: Uint8Array | undefined;
  /** Whether the result is to hold the state at the end, as bytes. */
  saveState?: boolean | undefined;
}
