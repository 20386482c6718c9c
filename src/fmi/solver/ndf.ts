import { BackwardDifferences, MAX_ORDER } from "./backward-differences.ts";
import { fillWeights, findLargest, limitTolerance, readNominals, weightedNorm } from "./error-scale.ts";
import { createJacobian, type Jacobian } from "./jacobian.ts";
import { createLinearSolver, type LinearSolver } from "./linear-solver.ts";
import { type ImplicitStep, NewtonIteration } from "./newton.ts";
import {
  createStatistics,
  findNonFinite,
  type OdeProblem,
  type Solver,
  type SolverOptions,
  type SolverStatistics,
  type StepResult,
} from "./ode.ts";
import {
  chooseFirstStep,
  fitStep,
  leastStep,
  requireForward,
  type StepFault,
  stepFailure,
} from "./step-size.ts";

/* The formulas' constants by order (Shampine, Reichelt 1997, table 1): kappa tunes a BDF into an NDF; gamma = sum of 1/j. */
const KAPPA = [0, -0.185, -1 / 9, -0.0823, -0.0415, 0];
const GAMMA = [0, 1, 3 / 2, 11 / 6, 25 / 12, 137 / 60];
const ALPHA = GAMMA.map((gamma, order) => (1 - (KAPPA[order] as number)) * gamma);
const ERROR = GAMMA.map((gamma, order) => (KAPPA[order] as number) * gamma + 1 / (order + 1));

/* Safety by change of order, most for a higher one; a change of step has to pay for a new factorisation. */
const SAFETY_LOWER = 1.3;
const SAFETY_SAME = 1.2;
const SAFETY_HIGHER = 1.4;
const LEAST_GROWTH = 1.2;
const MAX_GROWTH = 10;
const SHRINK_NO_CONVERGENCE = 0.3;

/* Steps that differ by this share count as equal: grid points carry rounding. */
const SAME_STEP = 1e-10;

/**
 * Implicit multistep method for stiff problems: numerical differentiation formulas of order 1 to 5 in backward differences
 * with steps kept equal as long as that pays (Shampine, Reichelt: The MATLAB ODE Suite, 1997).
 */
export class Ndf implements Solver {
  readonly statistics: SolverStatistics;
  readonly #problem: OdeProblem;
  readonly #tolerance: number;
  readonly #maxStep: number;
  readonly #interrupt: (() => void) | undefined;
  readonly #result: StepResult = { startTime: Number.NaN, time: Number.NaN, stiff: false };
  readonly #nominals: Float64Array;
  readonly #dx: Float64Array;
  readonly #scratch: Float64Array;
  readonly #history: BackwardDifferences;
  readonly #jacobian: Jacobian;
  readonly #linear: LinearSolver;
  readonly #newton: NewtonIteration;
  readonly #implicit: ImplicitStep;
  #time = Number.NaN;
  #h = 0;
  #order = 1;
  /* What the next step is to use; the history keeps its spacing until then, for dense output. */
  #nextH = 0;
  #nextOrder = 1;
  #equalSteps = 0;
  #started = false;
  #jacobianTime = Number.NaN;
  #shiftTime = Number.NaN;
  /* The c of the factorised matrix; NaN where it has to be made anew. */
  #factorizedC = Number.NaN;

  constructor(problem: OdeProblem, options: SolverOptions, statistics = createStatistics()) {
    const { n } = problem;
    this.statistics = statistics;
    this.#problem = problem;
    this.#tolerance = limitTolerance(options.tolerance);
    this.#maxStep = options.maxStep ?? Number.POSITIVE_INFINITY;
    this.#interrupt = options.interrupt;
    this.#nominals = new Float64Array(n);
    this.#dx = new Float64Array(n);
    this.#scratch = new Float64Array(n);
    this.#history = new BackwardDifferences(n);
    this.#jacobian = createJacobian(problem, statistics);
    this.#linear = createLinearSolver(this.#jacobian.matrix);
    this.#newton = new NewtonIteration(problem, statistics);
    this.#implicit = {
      t: Number.NaN,
      c: Number.NaN,
      predicted: new Float64Array(n),
      psi: new Float64Array(n),
      weights: new Float64Array(n),
      tolerance: this.#tolerance,
    };
  }

  get time(): number {
    return this.#time;
  }

  get x(): Float64Array {
    return this.#history.row(0);
  }

  reset(t: number, x: Float64Array): void {
    this.#time = t;
    this.#history.row(0).set(x);
    this.#started = false;
    readNominals(this.#problem, this.#nominals);
  }

  step(tMax: number): StepResult {
    requireForward(this.#time, tMax);
    if (!this.#started) this.#start(tMax);
    this.#setStep(this.#nextOrder, fitStep(Math.min(this.#nextH, this.#maxStep), this.#time, tMax));
    let failures = 0;
    for (;;) {
      this.#interrupt?.();
      const isLast = this.#h * (1 + SAME_STEP) >= tMax - this.#time;
      const tNew = isLast ? tMax : this.#time + this.#h;
      if (this.#solve(tNew)) {
        const error = (ERROR[this.#order] as number) * this.#norm(this.#newton.correction);
        if (error <= 1) return this.#accept(tNew, error);
        failures += 1;
        this.statistics.rejected += 1;
        this.#shrink(error, failures);
      } else {
        this.statistics.rejected += 1;
        this.#recover();
      }
    }
  }

  interpolate(t: number, out: Float64Array): void {
    const { startTime, time } = this.#result;
    this.#history.evaluate(this.#order, (t - time) / (time - startTime), out);
  }

  #start(tMax: number): void {
    const { statistics } = this;
    const [problem, t, x, dx] = [this.#problem, this.#time, this.x, this.#dx];
    this.#evaluateDerivatives();
    const { weights, predicted: scratchX, psi: scratchDx } = this.#implicit;
    fillWeights(weights, x, this.#nominals, this.#tolerance);
    const first = { problem, statistics, t, x, dx, weights, order: 1, tMax, scratchX, scratchDx };
    const h = fitStep(Math.min(chooseFirstStep(first), this.#maxStep), t, tMax);
    this.#scratch.set(x);
    this.#history.start(this.#scratch, dx, h);
    this.#h = h;
    this.#nextH = h;
    this.#order = 1;
    this.#nextOrder = 1;
    this.#equalSteps = 0;
    this.#started = true;
    this.#fillJacobian();
  }

  /* After no convergence: a Jacobian of this point, then one by other differences, then shorter steps. */
  #recover(): void {
    const isCurrent = this.#jacobianTime === this.#time;
    if (!isCurrent || (this.#shiftTime !== this.#time && this.#jacobian.changeShift())) {
      if (isCurrent) this.#shiftTime = this.#time;
      if (this.#problem.jvp === undefined) this.#evaluateDerivatives();
      this.#fillJacobian();
      return;
    }
    const h = SHRINK_NO_CONVERGENCE * this.#h;
    this.#requireStep(h, "no_convergence");
    this.#setStep(this.#order, h);
  }

  #evaluateDerivatives(): void {
    this.#problem.rhs(this.#time, this.x, this.#dx);
    this.statistics.rhsEvaluations += 1;
    const bad = findNonFinite(this.#dx);
    if (bad >= 0) throw stepFailure(this.#problem, this.#time, bad, "not_finite");
  }

  #fillJacobian(): void {
    this.#jacobianTime = this.#time;
    this.#factorizedC = Number.NaN;
    this.#jacobian.evaluate(this.#time, this.x, this.#dx);
  }

  /* Solves the step's equation with the order and step that are set; false where it does not converge. */
  #solve(tNew: number): boolean {
    const implicit = this.#implicit;
    const order = this.#order;
    const alpha = ALPHA[order] as number;
    implicit.t = tNew;
    implicit.c = this.#h / alpha;
    this.#history.predict(order, implicit.predicted);
    const psi = implicit.psi.fill(0);
    for (let j = 1; j <= order; j++) {
      const factor = (GAMMA[j] as number) / alpha;
      const row = this.#history.row(j);
      for (let i = 0; i < psi.length; i++) psi[i] = (psi[i] as number) + factor * (row[i] as number);
    }
    fillWeights(implicit.weights, implicit.predicted, this.#nominals, this.#tolerance);
    if (implicit.c !== this.#factorizedC) {
      this.#factorizedC = Number.NaN;
      this.statistics.factorizations += 1;
      if (!this.#linear.factorize(this.#jacobian.matrix, implicit.c)) return false;
      this.#factorizedC = implicit.c;
    }
    return this.#newton.solve(implicit, this.#linear);
  }

  #accept(tNew: number, error: number): StepResult {
    const result = this.#result;
    result.startTime = this.#time;
    result.time = tNew;
    this.#time = tNew;
    this.#history.advance(this.#order, this.#newton.correction);
    this.statistics.steps += 1;
    this.#equalSteps += 1;
    this.#nextH = this.#h;
    this.#nextOrder = this.#order;
    // Before that many equal steps, the higher differences are not those of this spacing.
    if (this.#equalSteps > this.#order) this.#chooseNext(error);
    return result;
  }

  #chooseNext(error: number): void {
    const order = this.#order;
    let growth = growthFor(error, order, SAFETY_SAME);
    const lower = order > 1 ? growthFor(this.#errorAt(order - 1), order - 1, SAFETY_LOWER) : 0;
    const higher = order < MAX_ORDER ? growthFor(this.#errorAt(order + 1), order + 1, SAFETY_HIGHER) : 0;
    let best = order;
    if (lower > growth) [best, growth] = [order - 1, lower];
    if (higher > growth) [best, growth] = [order + 1, higher];
    if (growth < LEAST_GROWTH) return;
    this.#nextOrder = best;
    this.#nextH = this.#h * growth;
  }

  /* The error that the last step would have had at another order. */
  #errorAt(order: number): number {
    return (ERROR[order] as number) * this.#norm(this.#history.row(order + 1));
  }

  /* After an error too large: by its size at first (perhaps at the lower order), then by halves. */
  #shrink(error: number, failures: number): void {
    let [order, h] = [this.#order, this.#h / 2];
    if (failures === 1) {
      h = this.#h * Math.max(0.1, Math.min(0.9, growthFor(error, order, SAFETY_SAME)));
      if (order > 1) {
        const { correction } = this.#newton;
        const row = this.#history.row(order);
        for (let i = 0; i < row.length; i++)
          this.#scratch[i] = (row[i] as number) + (correction[i] as number);
        const lower = (ERROR[order - 1] as number) * this.#norm(this.#scratch);
        const lowerH = this.#h * Math.max(0.1, Math.min(0.9, growthFor(lower, order - 1, SAFETY_LOWER)));
        if (lowerH > h) [order, h] = [order - 1, lowerH];
      }
    }
    this.#requireStep(h, "error");
    this.#setStep(order, h);
  }

  #setStep(order: number, h: number): void {
    if (order !== this.#order) this.#equalSteps = 0;
    this.#order = order;
    if (Math.abs(h - this.#h) <= SAME_STEP * h) return;
    this.#history.rescale(order, h / this.#h);
    this.#h = h;
    this.#equalSteps = 0;
  }

  #requireStep(h: number, fault: StepFault): void {
    if (h >= leastStep(this.#time)) return;
    const values = fault === "error" ? this.#newton.correction : this.#newton.change;
    const index = findLargest(values, this.#implicit.weights);
    const hasValue = Number.isFinite(values[index]);
    throw stepFailure(this.#problem, this.#time, index, hasValue ? fault : "not_finite");
  }

  #norm(values: Float64Array): number {
    return weightedNorm(values, this.#implicit.weights);
  }
}

/* Factor by which the step may change so that an error at an order becomes what is allowed, with safety. Capped for each
   order alike: while the order in use lets the step grow at full speed, it stays. */
function growthFor(error: number, order: number, safety: number): number {
  return error === 0 ? MAX_GROWTH : Math.min(MAX_GROWTH, 1 / (safety * error ** (1 / (order + 1))));
}
