import {
  createStatistics,
  findNonFinite,
  type OdeProblem,
  type Solver,
  type SolverStatistics,
  type StepResult,
} from "./ode.ts";
import { leastStep, requireForward, stepFailure } from "./step-size.ts";

/** How the fixed-step solver works. */
export interface FixedStepOptions {
  /** Explicit Euler (order 1) or the classical Runge-Kutta method (order 4). */
  readonly method: "euler" | "rk4";
  /** Step, s. */
  readonly stepSize: number;
  /** Called before every step; what it throws ends the integration. */
  readonly interrupt?: (() => void) | undefined;
}

/* A step that would end this close to `tMax`, in steps, ends on it. */
const ROUNDING = 1e-9;

/**
 * Explicit method without error control. Steps end at `k * stepSize` after the last reset, at `tMax` between, and sooner where
 * the model has no derivatives at their end; dense output is the cubic through states and derivatives of both ends.
 */
export class FixedStep implements Solver {
  readonly statistics: SolverStatistics = createStatistics();
  readonly #problem: OdeProblem;
  readonly #options: FixedStepOptions;
  readonly #result: StepResult = { startTime: Number.NaN, time: Number.NaN, stiff: false };
  readonly #stage: Float64Array;
  readonly #slope: Float64Array;
  readonly #sum: Float64Array;
  #x: Float64Array;
  #xStart: Float64Array;
  #dx: Float64Array;
  #dxStart: Float64Array;
  #time = Number.NaN;
  #origin = 0;
  #gridSteps = 0;
  #started = false;

  constructor(problem: OdeProblem, options: FixedStepOptions) {
    const create = () => new Float64Array(problem.n);
    this.#problem = problem;
    this.#options = options;
    this.#stage = create();
    this.#slope = create();
    this.#sum = create();
    this.#x = create();
    this.#xStart = create();
    this.#dx = create();
    this.#dxStart = create();
  }

  get time(): number {
    return this.#time;
  }

  get x(): Float64Array {
    return this.#x;
  }

  reset(t: number, x: Float64Array): void {
    this.#time = t;
    this.#x.set(x);
    this.#origin = t;
    this.#gridSteps = 0;
    this.#started = false;
  }

  step(tMax: number): StepResult {
    requireForward(this.#time, tMax);
    this.#options.interrupt?.();
    if (!this.#started) {
      this.#evaluate(this.#time);
      const bad = findNonFinite(this.#dx);
      if (bad >= 0) throw stepFailure(this.#problem, this.#time, bad, "not_finite");
      this.#started = true;
    }
    const result = this.#result;
    const startTime = this.#time;
    const next = this.#origin + (this.#gridSteps + 1) * this.#options.stepSize;
    const slack = ROUNDING * this.#options.stepSize;
    let end = next >= tMax - slack ? tMax : next;
    [this.#x, this.#xStart] = [this.#xStart, this.#x];
    [this.#dx, this.#dxStart] = [this.#dxStart, this.#dx];
    for (;;) {
      this.#advance(startTime, end);
      const bad = findNonFinite(this.#dx);
      if (bad < 0) break;
      // There is no value there; an event on the way may come before.
      this.statistics.rejected += 1;
      if (end - startTime < leastStep(startTime))
        throw stepFailure(this.#problem, startTime, bad, "not_finite");
      end = startTime + (end - startTime) / 2;
    }
    if (next <= end + slack) this.#gridSteps += 1;
    result.startTime = startTime;
    result.time = end;
    this.#time = end;
    this.statistics.steps += 1;
    return result;
  }

  interpolate(t: number, out: Float64Array): void {
    const { startTime, time } = this.#result;
    const [x0, x1, f0, f1] = [this.#xStart, this.#x, this.#dxStart, this.#dx];
    const h = time - startTime;
    const theta = (t - startTime) / h;
    const rest = 1 - theta;
    for (let i = 0; i < out.length; i++) {
      const change = (x1[i] as number) - (x0[i] as number);
      const bend = (rest - theta) * change + h * (theta * (f1[i] as number) - rest * (f0[i] as number));
      out[i] = (x0[i] as number) + theta * (change - rest * bend);
    }
  }

  #advance(startTime: number, end: number): void {
    const h = end - startTime;
    if (this.#options.method === "euler") addScaled(this.#xStart, h, this.#dxStart, this.#x);
    else this.#advanceRungeKutta(startTime, h, end);
    this.#evaluate(end);
  }

  #evaluate(t: number): void {
    this.#problem.rhs(t, this.#x, this.#dx);
    this.statistics.rhsEvaluations += 1;
  }

  #advanceRungeKutta(t: number, h: number, tNew: number): void {
    const problem = this.#problem;
    const [x, stage, slope, sum] = [this.#xStart, this.#stage, this.#slope, this.#sum];
    addScaled(x, h / 2, this.#dxStart, stage);
    problem.rhs(t + h / 2, stage, slope);
    addScaled(this.#dxStart, 2, slope, sum);
    addScaled(x, h / 2, slope, stage);
    problem.rhs(t + h / 2, stage, slope);
    addScaled(sum, 2, slope, sum);
    addScaled(x, h, slope, stage);
    problem.rhs(tNew, stage, slope);
    addScaled(sum, 1, slope, sum);
    addScaled(x, h / 6, sum, this.#x);
    this.statistics.rhsEvaluations += 3;
  }
}

function addScaled(a: Float64Array, factor: number, b: Float64Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i] = (a[i] as number) + factor * (b[i] as number);
}
