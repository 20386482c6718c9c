import { weightedNorm } from "./error-scale.ts";
import type { LinearSolver } from "./linear-solver.ts";
import type { OdeProblem, SolverStatistics } from "./ode.ts";

const MAX_ITERATIONS = 6;

/* Part of the error allowed in a step that the iteration may leave. Small, since linear invariants of the model live on it. */
const SHARE = 0.01;

/** The implicit equation of a step: find d with c * rhs(t, predicted + d) = psi + d. */
export interface ImplicitStep {
  t: number;
  c: number;
  predicted: Float64Array;
  psi: Float64Array;
  /** Weights of the error norm. */
  weights: Float64Array;
  tolerance: number;
}

/** Simplified Newton iteration: one factorised matrix I - c J serves all iterations of a step. */
export class NewtonIteration {
  /** The solution d. */
  readonly correction: Float64Array;
  /** The last change, or the derivatives where they were not finite: after a failure, the largest shows the state at fault. */
  readonly change: Float64Array;
  readonly #problem: OdeProblem;
  readonly #statistics: SolverStatistics;
  readonly #x: Float64Array;

  constructor(problem: OdeProblem, statistics: SolverStatistics) {
    this.#problem = problem;
    this.#statistics = statistics;
    this.correction = new Float64Array(problem.n);
    this.change = new Float64Array(problem.n);
    this.#x = new Float64Array(problem.n);
  }

  /** Iterates from d = 0; false where it diverges, is too slow, or meets a derivative that is not finite. */
  solve(step: ImplicitStep, linear: LinearSolver): boolean {
    const { correction, change } = this;
    const x = this.#x;
    const { c, predicted, psi, weights } = step;
    const enough = Math.max(SHARE, (10 * Number.EPSILON) / step.tolerance);
    correction.fill(0);
    x.set(predicted);
    let previous = 0;
    for (let iteration = 1; iteration <= MAX_ITERATIONS; iteration++) {
      this.#evaluate(step.t);
      for (let i = 0; i < x.length; i++) {
        change[i] = c * (change[i] as number) - (psi[i] as number) - (correction[i] as number);
      }
      linear.solve(change);
      const norm = weightedNorm(change, weights);
      if (!Number.isFinite(norm)) {
        // The solution spread it over all states; only the derivatives themselves show whose it is.
        this.#evaluate(step.t);
        return false;
      }
      for (let i = 0; i < x.length; i++) {
        correction[i] = (correction[i] as number) + (change[i] as number);
        x[i] = (predicted[i] as number) + (correction[i] as number);
      }
      if (norm === 0) return true;
      if (iteration > 1) {
        const rate = norm / previous;
        if (rate < 1 && (rate / (1 - rate)) * norm <= enough) return true;
        const left = MAX_ITERATIONS - iteration;
        if (rate >= 0.9 || (rate ** left / (1 - rate)) * norm > enough) return false;
      }
      previous = norm;
    }
    return false;
  }

  #evaluate(t: number): void {
    this.#problem.rhs(t, this.#x, this.change);
    this.#statistics.rhsEvaluations += 1;
  }
}
