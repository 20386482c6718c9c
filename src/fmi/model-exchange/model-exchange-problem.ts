import { type EventIndicators, findNonFinite, type OdeProblem } from "../solver/ode.ts";
import type { ContinuousPart } from "./model-exchange-instance.ts";

/** Inputs that are driven over time, seen from the loop. */
export interface DrivenInputs {
  /** Sets those that may change in Continuous-Time Mode, at a time within the segment since the last `setAll`. */
  setContinuous(time: number): void;
  /**
   * Sets all, in Initialization or Event Mode, to the values that hold from a time on; of those that are clocked only the ones
   * with a Clock that is active, where it is said which are.
   */
  setAll(time: number, activeClocks?: ReadonlySet<number>): void;
  /** Begins a segment without a jump: the slopes change at a time. */
  beginSegment(time: number): void;
  /** The first time later than `time`, s, at which an input jumps or bends; infinity where none is left. */
  nextBreakpointAfter(time: number): number;
  /** Whether an input jumps at this breakpoint. */
  isJump(time: number): boolean;
}

/** An instance in Continuous-Time Mode as an initial value problem; `nominals` may change between resets. */
export function createProblem(
  part: ContinuousPart,
  nominals: Float64Array,
  inputs: DrivenInputs | undefined,
): OdeProblem {
  const { multiplyJacobian, structure } = part;
  const names = structure?.names;
  const tryEvaluate = inputs === undefined && part.stateCount > 0 ? part.tryEvaluate : undefined;
  return {
    n: part.stateCount,
    nominals,
    sparsity: structure?.sparsity,
    nameState: names && ((index) => names[index] ?? `continuous state ${index}`),
    whyNoValue: () => describeDiscard(part),
    rhs: (t, x, dx) => {
      // What follows from a derivative that is not there is no point to ask the FMU about.
      if (findNonFinite(x) >= 0) {
        dx.fill(Number.NaN);
        return;
      }
      if (tryEvaluate !== undefined) {
        if (!tryEvaluate(t, x, dx)) dx.fill(Number.NaN);
        return;
      }
      let isThere = part.trySetPoint(t, x);
      inputs?.setContinuous(t);
      isThere = isThere && part.tryGetDerivatives(dx);
      if (!isThere) dx.fill(Number.NaN);
    },
    jvp:
      multiplyJacobian &&
      ((t, x, v, out) => {
        if (!part.isAt(t, x)) {
          part.setPoint(t, x);
          inputs?.setContinuous(t);
        }
        multiplyJacobian(v, out);
      }),
  };
}

/** The event indicators of an instance in Continuous-Time Mode. */
export function createIndicators(part: ContinuousPart, inputs: DrivenInputs | undefined): EventIndicators {
  return {
    n: part.stateCount,
    count: part.indicatorCount,
    evaluate: (t, x, z) => {
      const isThere = part.trySetPoint(t, x);
      inputs?.setContinuous(t);
      return isThere && part.tryGetEventIndicators(z);
    },
    whyNoValue: () => describeDiscard(part),
  };
}

function describeDiscard(part: ContinuousPart): string | undefined {
  const name = part.discardedBy();
  return name && `${name} returned the status "discard" there`;
}
