/**
 * An initial value problem dx/dt = rhs(t, x) as a solver sees it. No function may keep the arrays it is given, and none
 * is called at a time after the `tMax` of the step under way.
 */
export interface OdeProblem {
  /** Number of continuous states; 0 is allowed. */
  readonly n: number;
  /** Writes the derivatives. One that is not finite says "no value here": the solver then tries a shorter step. */
  rhs(t: number, x: Float64Array, dx: Float64Array): void;
  /** Writes the directional derivative `out` = (d rhs / d x)(t, x) · v. Without it, Jacobians come from differences. */
  readonly jvp?: ((t: number, x: Float64Array, v: Float64Array, out: Float64Array) => void) | undefined;
  /** For each derivative, the indices of the states it depends on; absent means on all of them. */
  readonly sparsity?: readonly ArrayLike<number>[] | undefined;
  /** Usual magnitude of each state, read at every reset; absent means 1. */
  readonly nominals?: Float64Array | undefined;
  /** Why the derivatives last asked for have no value, where the model says so. */
  readonly whyNoValue?: (() => string | undefined) | undefined;
  /** What a message calls a state; absent means its index. */
  readonly nameState?: ((index: number) => string) | undefined;
}

/** A problem's event indicators z(t, x): an event is where `z > 0` changes (FMI 3.0.2, section 3.1.1). */
export interface EventIndicators {
  /** Number of continuous states. */
  readonly n: number;
  /** Number of event indicators. */
  readonly count: number;
  /** Writes all indicators; false where the model has none, which is where no step may end. */
  evaluate(t: number, x: Float64Array, z: Float64Array): boolean;
  /** Why there were none at the point last asked for, where the model says so. */
  readonly whyNoValue?: (() => string | undefined) | undefined;
}

/** How a solver works. */
export interface SolverOptions {
  /** Relative tolerance. The error allowed in a step is `tolerance * (nominal + |x|)` per state, as a root mean square. */
  readonly tolerance: number;
  /** Longest step, s; absent means unlimited. */
  readonly maxStep?: number | undefined;
  /** Called before every attempted step; what it throws ends the integration. */
  readonly interrupt?: (() => void) | undefined;
}

/** Work done since a solver was made; resets do not clear it. */
export interface SolverStatistics {
  /** Accepted steps. */
  steps: number;
  /** Attempts that were thrown away: error too large, no value, or no convergence. */
  rejected: number;
  /** Calls of `rhs`, those for Jacobians included. */
  rhsEvaluations: number;
  /** Jacobians made, by differences or directional derivatives. */
  jacobianEvaluations: number;
  /** Matrices factorised. */
  factorizations: number;
}

/** What one step did. The solver reuses the object. */
export interface StepResult {
  /** Where the step began, s. */
  startTime: number;
  /** Where it ended, s: `tMax` itself when it got there. */
  time: number;
  /** Whether stability and not accuracy has been limiting the steps: an implicit method would be faster. */
  stiff: boolean;
}

/** Advances a problem by steps of its own choice. */
export interface Solver {
  /** Time reached, s. */
  readonly time: number;
  /** States at `time`; not to be written, and another array after the next step. */
  readonly x: Float64Array;
  readonly statistics: SolverStatistics;
  /** Starts afresh at a point, after an event or at the very start; copies `x`. */
  reset(t: number, x: Float64Array): void;
  /**
   * Advances by one step, at most to `tMax`, which must lie ahead. Throws `simulation_failed` when no step is short
   * enough: the message names the time and the state at fault.
   */
  step(tMax: number): StepResult;
  /** Writes the states at a time within the last step. Nothing is to be read between a reset and the next step. */
  interpolate(t: number, out: Float64Array): void;
}

/** Statistics of no work. */
export function createStatistics(): SolverStatistics {
  return { steps: 0, rejected: 0, rhsEvaluations: 0, jacobianEvaluations: 0, factorizations: 0 };
}

/** The index of the first value that is not finite, or -1. */
export function findNonFinite(values: Float64Array): number {
  return values.findIndex((value) => !Number.isFinite(value));
}
