import { DormandPrince } from "./dormand-prince.ts";
import { Ndf } from "./ndf.ts";
import {
  createStatistics,
  type OdeProblem,
  type Solver,
  type SolverOptions,
  type SolverStatistics,
  type StepResult,
} from "./ode.ts";
import { StepFailure } from "./step-size.ts";

/**
 * Starts explicit and goes over to the implicit formulas once stability limits the steps, from the state reached and with
 * order 1. It stays there through resets: a model that was stiff once mostly is again after the next event. Only where the
 * implicit formulas can go no further, as at a jump without an event, does it go on explicit.
 */
export class Automatic implements Solver {
  readonly statistics: SolverStatistics = createStatistics();
  /** When it last went over to the implicit formulas, s; undefined while explicit. */
  switchTime: number | undefined;
  readonly #problem: OdeProblem;
  readonly #options: SolverOptions;
  readonly #explicit: DormandPrince;
  #implicit: Ndf | undefined;
  #solver: Solver;
  #isStiff = false;

  constructor(problem: OdeProblem, options: SolverOptions) {
    this.#problem = problem;
    this.#options = options;
    this.#explicit = new DormandPrince(problem, options, this.statistics);
    this.#solver = this.#explicit;
  }

  get time(): number {
    return this.#solver.time;
  }

  get x(): Float64Array {
    return this.#solver.x;
  }

  reset(t: number, x: Float64Array): void {
    this.#isStiff = false;
    this.#solver.reset(t, x);
  }

  step(tMax: number): StepResult {
    // Only now, not when it was seen: until here the explicit method's dense output was the one to read.
    if (this.#isStiff) {
      this.#implicit ??= new Ndf(this.#problem, this.#options, this.statistics);
      this.#goOnWith(this.#implicit);
    }
    const result = this.#solver === this.#implicit ? this.#stepImplicit(tMax) : this.#solver.step(tMax);
    this.#isStiff = result.stiff;
    return result;
  }

  interpolate(t: number, out: Float64Array): void {
    this.#solver.interpolate(t, out);
  }

  #stepImplicit(tMax: number): StepResult {
    try {
      return this.#solver.step(tMax);
    } catch (thrown) {
      if (!(thrown instanceof StepFailure)) throw thrown;
      this.#goOnWith(this.#explicit);
      return this.#solver.step(tMax);
    }
  }

  #goOnWith(solver: Solver): void {
    const { time, x } = this.#solver;
    solver.reset(time, x);
    this.#solver = solver;
    this.switchTime = solver === this.#implicit ? time : undefined;
  }
}
