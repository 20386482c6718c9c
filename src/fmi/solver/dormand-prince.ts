import {
  computeStages,
  createStages,
  estimateError,
  fillDense,
  type Stages,
} from "./dormand-prince-stages.ts";
import { fillWeights, findLargest, limitTolerance, readNominals } from "./error-scale.ts";
import {
  createStatistics,
  findNonFinite,
  type OdeProblem,
  type Solver,
  type SolverOptions,
  type SolverStatistics,
  type StepResult,
} from "./ode.ts";
import { chooseFirstStep, endOfStep, fitStep, leastStep, requireForward, stepFailure } from "./step-size.ts";

/* Proportional-integral control: exponents, safety, and the bounds of a change of step. */
const BETA = 0.04;
const ALPHA = 0.2 - 0.75 * BETA;
const SAFETY = 0.9;
const MAX_SHRINK = 5;
const MAX_GROWTH = 10;
const SHRINK_WITHOUT_VALUE = 10;

/*
 * Steps that stability limits settle just within the method's boundary at 3.3; after so many of them in a row it is stiff,
 * and after so many others the count starts anew.
 */
const STIFF_LIMIT = 2.8;
const STIFF_STEPS = 15;
const CALM_STEPS = 6;

/**
 * Explicit Runge-Kutta method of Dormand and Prince, order 5 with an error estimate of order 4: proportional-integral step
 * control, dense output of order 4, and a stiffness test from the last two stages
 * (Hairer, Norsett, Wanner I, sections II.4 to II.6; Hairer, Wanner II, section IV.2).
 */
export class DormandPrince implements Solver {
  readonly statistics: SolverStatistics;
  readonly #problem: OdeProblem;
  readonly #tolerance: number;
  readonly #maxStep: number;
  readonly #interrupt: (() => void) | undefined;
  readonly #result: StepResult = { startTime: Number.NaN, time: Number.NaN, stiff: false };
  readonly #nominals: Float64Array;
  readonly #s: Stages;
  #time = Number.NaN;
  #h = 0;
  #lastStep = 0;
  #lastError = 1e-4;
  #started = false;
  #isDenseReady = false;
  #stiffSteps = 0;
  #calmSteps = 0;

  constructor(problem: OdeProblem, options: SolverOptions, statistics = createStatistics()) {
    this.statistics = statistics;
    this.#problem = problem;
    this.#tolerance = limitTolerance(options.tolerance);
    this.#maxStep = options.maxStep ?? Number.POSITIVE_INFINITY;
    this.#interrupt = options.interrupt;
    this.#nominals = new Float64Array(problem.n);
    this.#s = createStages(problem.n);
  }

  get time(): number {
    return this.#time;
  }

  get x(): Float64Array {
    return this.#s.x;
  }

  reset(t: number, x: Float64Array): void {
    this.#time = t;
    this.#s.x.set(x);
    this.#started = false;
    this.#result.stiff = false;
    readNominals(this.#problem, this.#nominals);
  }

  step(tMax: number): StepResult {
    requireForward(this.#time, tMax);
    if (this.#started) this.#reuseLastStage();
    else this.#start(tMax);
    const wanted = this.#h;
    let wasRejected = false;
    for (;;) {
      this.#interrupt?.();
      const t = this.#time;
      const h = fitStep(Math.min(this.#h, this.#maxStep), t, tMax);
      const tNew = endOfStep(h, t, tMax);
      computeStages(this.#problem, this.#s, t, h, tNew);
      this.statistics.rhsEvaluations += 6;
      const error = estimateError(this.#s, this.#nominals, this.#tolerance, h);
      if (error <= 1) {
        const growth = this.#growth(error);
        this.#h = h * (wasRejected ? Math.min(growth, 1) : growth);
        // A step cut short by tMax says nothing against the longer one that was wanted.
        if (h < wanted && !wasRejected) this.#h = Math.max(this.#h, wanted);
        return this.#accept(h, tNew);
      }
      this.statistics.rejected += 1;
      wasRejected = true;
      this.#h =
        h / (Number.isNaN(error) ? SHRINK_WITHOUT_VALUE : Math.min(MAX_SHRINK, error ** ALPHA / SAFETY));
      if (this.#h < leastStep(t)) throw this.#fail();
    }
  }

  interpolate(t: number, out: Float64Array): void {
    if (!this.#isDenseReady) {
      fillDense(this.#s, this.#lastStep);
      this.#isDenseReady = true;
    }
    const n = out.length;
    const start = this.#s.xStart;
    const dense = this.#s.dense;
    const theta = (t - this.#result.startTime) / this.#lastStep;
    const rest = 1 - theta;
    for (let i = 0, at = 0; i < n; i++, at += 4) {
      const inner = (dense[at + 2] as number) + rest * (dense[at + 3] as number);
      const outer = (dense[at + 1] as number) + theta * inner;
      out[i] = (start[i] as number) + theta * ((dense[at] as number) + rest * outer);
    }
  }

  #start(tMax: number): void {
    const { statistics } = this;
    const [problem, t, x, dx] = [this.#problem, this.#time, this.#s.x, this.#s.k1];
    problem.rhs(t, x, dx);
    statistics.rhsEvaluations += 1;
    const bad = findNonFinite(dx);
    if (bad >= 0) throw stepFailure(problem, t, bad, "not_finite");
    const [weights, scratchX, scratchDx] = [this.#s.error, this.#s.stage, this.#s.k2];
    fillWeights(weights, x, this.#nominals, this.#tolerance);
    this.#h = chooseFirstStep({
      problem,
      statistics,
      t,
      x,
      dx,
      weights,
      order: 5,
      tMax,
      scratchX,
      scratchDx,
    });
    this.#lastError = 1e-4;
    this.#stiffSteps = 0;
    this.#calmSteps = 0;
    this.#started = true;
  }

  /* The last stage of a step is the first of the next. It moves only now: dense output needed both until here. */
  #reuseLastStage(): void {
    const first = this.#s.k1;
    this.#s.k1 = this.#s.k7;
    this.#s.k7 = first;
  }

  #growth(error: number): number {
    if (error === 0) return MAX_GROWTH;
    const change = (SAFETY * this.#lastError ** BETA) / error ** ALPHA;
    this.#lastError = Math.max(error, 1e-4);
    return Math.min(MAX_GROWTH, Math.max(1 / MAX_SHRINK, change));
  }

  #accept(h: number, tNew: number): StepResult {
    const result = this.#result;
    result.startTime = this.#time;
    result.time = tNew;
    this.#time = tNew;
    this.#lastStep = h;
    this.#isDenseReady = false;
    const free = this.#s.xStart;
    this.#s.xStart = this.#s.x;
    this.#s.x = this.#s.xNew;
    this.#s.xNew = free;
    this.statistics.steps += 1;
    this.#testStiffness();
    return result;
  }

  #testStiffness(): void {
    if (this.#s.rho > STIFF_LIMIT) {
      this.#calmSteps = 0;
      this.#stiffSteps += 1;
      if (this.#stiffSteps >= STIFF_STEPS) this.#result.stiff = true;
      return;
    }
    this.#calmSteps += 1;
    if (this.#calmSteps < CALM_STEPS) return;
    this.#stiffSteps = 0;
    this.#result.stiff = false;
  }

  #fail(): Error {
    const [problem, x] = [this.#problem, this.#s.x];
    const index = findNonFinite(this.#s.error);
    if (index >= 0) return stepFailure(problem, this.#time, index, "not_finite");
    fillWeights(this.#s.stage, x, this.#nominals, this.#tolerance);
    return stepFailure(problem, this.#time, findLargest(this.#s.error, this.#s.stage), "error");
  }
}
