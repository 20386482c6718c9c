import type { StateStructure } from "../description/state-structure.ts";
import type { LifeCycle } from "../life-cycle-2.ts";
import type { ValueAccess } from "../value-block.ts";
import type { NativePoints } from "./native-points.ts";

/** What an update of the discrete states came to; one object, reused for every update. */
export interface DiscreteStatesUpdate {
  /** Another update is needed before Continuous-Time Mode can be entered. */
  needsUpdate: boolean;
  /** The FMU asks for the end of the simulation: a normal end. */
  terminate: boolean;
  nominalsChanged: boolean;
  statesChanged: boolean;
  /** s; infinity where the FMU has none. */
  nextEventTime: number;
}

/** What the FMU wants after a completed integrator step; one object, reused for every step. */
export interface CompletedStep {
  enterEventMode: boolean;
  terminate: boolean;
}

/** A Model Exchange instance; calls that cannot be gone on from throw `FmuCallError`. */
export interface ModelExchangeInstance extends LifeCycle {
  readonly access: ValueAccess;
  /** Leaves the instance in Event Mode. */
  exitInitializationMode(): void;
  updateDiscreteStates(): DiscreteStatesUpdate;
  enterContinuousTimeMode(): void;
  enterEventMode(): void;
  completedIntegratorStep(): CompletedStep;
  /** To be called once, after Initialization Mode: structural parameters size the states. */
  openContinuousPart(): ContinuousPart;
}

/** States, derivatives and event indicators of an instance, through memory that is allocated once. */
export interface ContinuousPart {
  readonly stateCount: number;
  readonly indicatorCount: number;
  /** Names and dependencies of the states; undefined where the model description does not fit them. */
  readonly structure: StateStructure | undefined;
  /** Sets time and continuous states; throws `FmuCallError`. */
  setPoint(t: number, x: Float64Array): void;
  /** As `setPoint`; false where the FMU has no value there (the status discard). */
  trySetPoint(t: number, x: Float64Array): boolean;
  /** Writes the derivatives at the point that is set; false where the FMU has no value there. */
  tryGetDerivatives(dx: Float64Array): boolean;
  /** `trySetPoint` and `tryGetDerivatives` in one call; present where there is such a call. */
  readonly tryEvaluate?: ((t: number, x: Float64Array, dx: Float64Array) => boolean) | undefined;
  /** The function that discarded the point last tried; undefined where it has a value. */
  discardedBy(): string | undefined;
  /** What it takes to set points in C; undefined where it cannot be done. */
  readonly native?: NativePoints | undefined;
  /** Throws `FmuCallError`. */
  getStates(x: Float64Array): void;
  /** Leaves what the FMU has no nominal values for as it was. */
  getNominals(nominals: Float64Array): void;
  /** Writes the event indicators at the point that is set; false where the FMU has none there. */
  tryGetEventIndicators(z: Float64Array): boolean;
  /** Whether time and states set last are these. */
  isAt(t: number, x: Float64Array): boolean;
  /** Writes `out` = (d derivatives / d states) · v at the point that is set; absent where the FMU does not offer it. */
  readonly multiplyJacobian?: ((v: Float64Array, out: Float64Array) => void) | undefined;
}
