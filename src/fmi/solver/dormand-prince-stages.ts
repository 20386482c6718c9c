import type { OdeProblem } from "./ode.ts";

/** The arrays of one step: its ends, its seven stages, its error, its interpolant (four coefficients a state). */
export interface Stages {
  xStart: Float64Array;
  /** Where the step under way starts. */
  x: Float64Array;
  xNew: Float64Array;
  k1: Float64Array;
  k2: Float64Array;
  k3: Float64Array;
  k4: Float64Array;
  k5: Float64Array;
  k6: Float64Array;
  k7: Float64Array;
  /** The states of the stage under way; after a step those of the sixth. */
  stage: Float64Array;
  error: Float64Array;
  dense: Float64Array;
  /** The step times the size of the dominant eigenvalue, as the last two stages show it. */
  rho: number;
}

/** Arrays for so many states. */
export function createStages(n: number): Stages {
  const create = () => new Float64Array(n);
  return {
    xStart: create(),
    x: create(),
    xNew: create(),
    k1: create(),
    k2: create(),
    k3: create(),
    k4: create(),
    k5: create(),
    k6: create(),
    k7: create(),
    stage: create(),
    error: create(),
    dense: new Float64Array(4 * n),
    rho: 0,
  };
}

/** Computes stages 2 to 7 and the new states of a step of `h` from `t` to `tNew`: six evaluations. */
export function computeStages(problem: OdeProblem, stages: Stages, t: number, h: number, tNew: number): void {
  const { x, stage: y, xNew, k1, k2, k3, k4, k5, k6, k7 } = stages;
  const n = problem.n;
  for (let i = 0; i < n; i++) y[i] = (x[i] as number) + h * (1 / 5) * (k1[i] as number);
  problem.rhs(t + h / 5, y, k2);
  for (let i = 0; i < n; i++) {
    y[i] = (x[i] as number) + h * ((3 / 40) * (k1[i] as number) + (9 / 40) * (k2[i] as number));
  }
  problem.rhs(t + 0.3 * h, y, k3);
  for (let i = 0; i < n; i++) {
    const sum = (44 / 45) * (k1[i] as number) - (56 / 15) * (k2[i] as number) + (32 / 9) * (k3[i] as number);
    y[i] = (x[i] as number) + h * sum;
  }
  problem.rhs(t + 0.8 * h, y, k4);
  for (let i = 0; i < n; i++) {
    const first = (19372 / 6561) * (k1[i] as number) - (25360 / 2187) * (k2[i] as number);
    const second = (64448 / 6561) * (k3[i] as number) - (212 / 729) * (k4[i] as number);
    y[i] = (x[i] as number) + h * (first + second);
  }
  problem.rhs(t + (8 / 9) * h, y, k5);
  for (let i = 0; i < n; i++) {
    const first = (9017 / 3168) * (k1[i] as number) - (355 / 33) * (k2[i] as number);
    const second = (46732 / 5247) * (k3[i] as number) + (49 / 176) * (k4[i] as number);
    y[i] = (x[i] as number) + h * (first + second - (5103 / 18656) * (k5[i] as number));
  }
  problem.rhs(tNew, y, k6);
  for (let i = 0; i < n; i++) {
    const first = (35 / 384) * (k1[i] as number) + (500 / 1113) * (k3[i] as number);
    const second = (125 / 192) * (k4[i] as number) - (2187 / 6784) * (k5[i] as number);
    xNew[i] = (x[i] as number) + h * (first + second + (11 / 84) * (k6[i] as number));
  }
  problem.rhs(tNew, xNew, k7);
}

/** Root mean square of the step's error over what is allowed, NaN where a stage had no value; fills `error` and `rho`. */
export function estimateError(stages: Stages, nominals: Float64Array, tolerance: number, h: number): number {
  const { x, xNew, stage, error, k1, k3, k4, k5, k6, k7 } = stages;
  const n = error.length;
  let sum = 0;
  let slopes = 0;
  let distances = 0;
  for (let i = 0; i < n; i++) {
    const last = k7[i] as number;
    const before = k6[i] as number;
    const first = (71 / 57600) * (k1[i] as number) - (71 / 16695) * (k3[i] as number);
    const second = (71 / 1920) * (k4[i] as number) - (17253 / 339200) * (k5[i] as number);
    const difference = h * (first + second + (22 / 525) * before - (1 / 40) * last);
    const size = Math.max(Math.abs(x[i] as number), Math.abs(xNew[i] as number));
    const weight = 1 / (tolerance * ((nominals[i] as number) + size));
    const scaled = difference * weight;
    const slope = (last - before) * weight;
    const distance = ((xNew[i] as number) - (stage[i] as number)) * weight;
    error[i] = difference;
    sum += scaled * scaled;
    slopes += slope * slope;
    distances += distance * distance;
  }
  stages.rho = distances > 0 ? h * Math.sqrt(slopes / distances) : 0;
  return n === 0 ? 0 : Math.sqrt(sum / n);
}

/** Fills the interpolant of the step of `h` from `xStart` to `x` (Hairer, Norsett, Wanner I, section II.6). */
export function fillDense(stages: Stages, h: number): void {
  const { xStart, x, dense, k1, k3, k4, k5, k6, k7 } = stages;
  for (let i = 0, at = 0; i < x.length; i++, at += 4) {
    const change = (x[i] as number) - (xStart[i] as number);
    const bend = h * (k1[i] as number) - change;
    const first =
      (87487479700 / 32700410799) * (k3[i] as number) - (12715105075 / 11282082432) * (k1[i] as number);
    const second =
      (701980252875 / 199316789632) * (k5[i] as number) - (10690763975 / 1880347072) * (k4[i] as number);
    const third = (69997945 / 29380423) * (k7[i] as number) - (1453857185 / 822651844) * (k6[i] as number);
    dense[at] = change;
    dense[at + 1] = bend;
    dense[at + 2] = change - h * (k7[i] as number) - bend;
    dense[at + 3] = h * (first + second + third);
  }
}
