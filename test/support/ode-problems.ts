import type { OdeProblem, Solver } from "../../src/fmi/solver/ode.ts";

/** dx/dt = rate * x. */
export function exponential(rate: number): OdeProblem {
  return {
    n: 1,
    rhs: (_t, x, dx) => {
      dx[0] = rate * x[0]!;
    },
  };
}

/** x'' = -x as two states. */
export const oscillator: OdeProblem = {
  n: 2,
  rhs: (_t, x, dx) => {
    dx[0] = x[1]!;
    dx[1] = -x[0]!;
  },
};

/** Van der Pol's oscillator, as in the Reference FMUs. */
export function vanDerPol(mu: number): OdeProblem {
  return {
    n: 2,
    rhs: (_t, x, dx) => {
      dx[0] = x[1]!;
      dx[1] = mu * (1 - x[0]! ** 2) * x[1]! - x[0]!;
    },
  };
}

/** Robertson's reactions (Hairer, Wanner: Solving Ordinary Differential Equations II, section IV.1). */
export const robertson: OdeProblem = {
  n: 3,
  rhs: (_t, x, dx) => {
    dx[0] = -0.04 * x[0]! + 1e4 * x[1]! * x[2]!;
    dx[2] = 3e7 * x[1]! ** 2;
    dx[1] = -dx[0] - dx[2];
  },
};

/** Heat conduction along a rod of n cells between ends at 0: a stiff, banded problem. */
export function heatRod(n: number): OdeProblem {
  const stiffness = (n + 1) ** 2;
  return {
    n,
    sparsity: Array.from({ length: n }, (_, i) => [i - 1, i, i + 1].filter((j) => j >= 0 && j < n)),
    rhs: (_t, x, dx) => {
      for (let i = 0; i < n; i++) dx[i] = stiffness * ((x[i - 1] ?? 0) - 2 * x[i]! + (x[i + 1] ?? 0));
    },
  };
}

/** The problem, and the latest time it has been asked about. */
export function watchTime(problem: OdeProblem): { problem: OdeProblem; latest: () => number } {
  let latest = Number.NEGATIVE_INFINITY;
  const rhs: OdeProblem["rhs"] = (t, x, dx) => {
    latest = Math.max(latest, t);
    problem.rhs(t, x, dx);
  };
  return { problem: { ...problem, rhs }, latest: () => latest };
}

/** Runs a solver from `start` to a time, and calls back after each step. */
export function integrate(
  solver: Solver,
  start: readonly number[],
  [from, to]: readonly [number, number],
  afterStep: (startTime: number, time: number) => void = () => {},
): Float64Array {
  solver.reset(from, Float64Array.from(start));
  while (solver.time < to) {
    const { startTime, time } = solver.step(to);
    afterStep(startTime, time);
  }
  return solver.x;
}
