import { ToolError } from "../../errors.ts";
import { weightedNorm } from "./error-scale.ts";
import type { OdeProblem, SolverStatistics } from "./ode.ts";

/* A rest this small, in steps, is joined to the step before it. */
const STRETCH = 1.01;

/** The shortest step at a time, s: below it, rounding of the time itself spoils a step. */
export function leastStep(t: number): number {
  return Math.max(16 * Number.EPSILON * Math.abs(t), 1e-60);
}

/** The step to take when `h` is wanted, s: all of the rest up to `tMax` or so little that no scrap is left over. */
export function fitStep(h: number, t: number, tMax: number): number {
  const rest = tMax - t;
  if (STRETCH * h >= rest) return rest;
  return 2 * h > rest ? rest / 2 : h;
}

/** Where a step of {@link fitStep} ends, s: on `tMax` itself where it was to reach it. */
export function endOfStep(h: number, t: number, tMax: number): number {
  return h >= tMax - t ? tMax : t + h;
}

/** Throws the programmer's error of asking for a step that does not go forward. */
export function requireForward(t: number, tMax: number): void {
  if (!(tMax > t)) throw new RangeError(`A step from ${t} s cannot end at ${tMax} s.`);
}

/** Where a first step is sought: the point, its derivatives, the error weights, the order of the method, two work arrays. */
export interface FirstStep {
  problem: OdeProblem;
  statistics: SolverStatistics;
  t: number;
  x: Float64Array;
  dx: Float64Array;
  weights: Float64Array;
  order: number;
  tMax: number;
  scratchX: Float64Array;
  scratchDx: Float64Array;
}

/**
 * A first step, s, whose error should be well inside the tolerance, at the price of one evaluation
 * (Hairer, Norsett, Wanner: Solving Ordinary Differential Equations I, section II.4).
 */
export function chooseFirstStep(first: FirstStep): number {
  const { problem, t, x, dx, weights, scratchX, scratchDx } = first;
  if (problem.n === 0) return Number.POSITIVE_INFINITY;
  const size = weightedNorm(x, weights);
  const slope = weightedNorm(dx, weights);
  const guess = size < 1e-5 || slope < 1e-5 ? 1e-6 : 0.01 * (size / slope);
  const h = Math.min(guess, first.tMax - t);
  for (let i = 0; i < problem.n; i++) scratchX[i] = (x[i] as number) + h * (dx[i] as number);
  problem.rhs(t + h, scratchX, scratchDx);
  first.statistics.rhsEvaluations += 1;
  for (let i = 0; i < problem.n; i++) scratchDx[i] = (scratchDx[i] as number) - (dx[i] as number);
  const bend = weightedNorm(scratchDx, weights) / h;
  const steepest = Math.max(slope, bend);
  if (!Number.isFinite(steepest)) return h / 100;
  const refined = steepest <= 1e-15 ? Math.max(1e-6, h * 1e-3) : (0.01 / steepest) ** (1 / (first.order + 1));
  return Math.max(Math.min(100 * h, refined), leastStep(t));
}

/** Why no step was short enough. */
export type StepFault = "error" | "not_finite" | "no_convergence";

/** What a solver throws when it can go no further; the problem's own errors pass through as they are. */
export class StepFailure extends ToolError {}

/** The error of an integration that stopped at a time: names the state at fault, by its index where it has no name. */
export function stepFailure(problem: OdeProblem, t: number, index: number, fault: StepFault): StepFailure {
  const state = problem.nameState === undefined ? `continuous state ${index}` : problem.nameState(index);
  const said = fault === "not_finite" ? problem.whyNoValue?.() : undefined;
  return new StepFailure(
    "simulation_failed",
    `Cannot integrate the model beyond ${t} s: ${said ?? describeFault(state, fault)}.`,
    `Record ${state} up to ${t} s and look for a singularity, a division by zero or a jump without an event there.`,
  );
}

function describeFault(state: string, fault: StepFault): string {
  switch (fault) {
    case "error":
      return `even at the shortest step the error of ${state} stays above the tolerance`;
    case "not_finite":
      return `the derivative of ${state} is not a finite number`;
    case "no_convergence":
      return `even at the shortest step the implicit equations do not converge, worst for ${state}`;
  }
}
