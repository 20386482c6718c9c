import { expect, test } from "vitest";
import { FixedStep } from "../../../src/fmi/solver/fixed-step.ts";
import type { OdeProblem } from "../../../src/fmi/solver/ode.ts";
import { exponential, integrate, oscillator, watchTime } from "../../support/ode-problems.ts";

test.each([
  ["euler", 1],
  ["rk4", 4],
] as const)("FixedStep: %s is of order %i", (method, order) => {
  const errorAt = (stepSize: number) =>
    Math.abs(integrate(new FixedStep(exponential(-1), { method, stepSize }), [1], [0, 1])[0]! - Math.exp(-1));
  expect(Math.log2(errorAt(1 / 32) / errorAt(1 / 64))).toBeCloseTo(order, 1);
});

test("FixedStep: euler is the plain recurrence", () => {
  const solver = new FixedStep(exponential(-1), { method: "euler", stepSize: 0.25 });
  expect(integrate(solver, [1], [0, 1])[0]).toBe(0.75 ** 4);
  expect(solver.statistics).toMatchObject({ steps: 4, rhsEvaluations: 5 });
});

test("FixedStep ends its steps on the grid of the last reset and on tMax between", () => {
  const { problem, latest } = watchTime(oscillator);
  const solver = new FixedStep(problem, { method: "rk4", stepSize: 0.1 });
  const ends: number[] = [];
  solver.reset(1, Float64Array.of(1, 0));
  for (const tMax of [1.25, 1.3, 1.5000000000001]) {
    while (solver.time < tMax) ends.push(solver.step(tMax).time);
    expect(latest()).toBe(tMax);
  }
  expect(ends).toEqual([1.1, 1.2, 1.25, 1.3, 1.4, 1.5000000000001]);
});

test("FixedStep interpolates by the cubic of both ends", () => {
  const solver = new FixedStep(
    {
      n: 1,
      rhs: (t, _x, dx) => {
        dx[0] = 3 * t * t - 1;
      },
    },
    { method: "rk4", stepSize: 0.5 },
  );
  const out = new Float64Array(1);
  integrate(solver, [2], [0, 2], (start, end) => {
    for (const part of [0, 0.3, 0.5, 0.9, 1]) {
      const t = start + part * (end - start);
      solver.interpolate(t, out);
      expect(out[0]).toBeCloseTo(t ** 3 - t + 2, 13);
    }
  });
});

test("FixedStep ends a step sooner where there are no derivatives at its end, and goes on on its grid", () => {
  const gap: OdeProblem = {
    n: 1,
    rhs: (t, _x, dx) => {
      dx[0] = t > 0.35 && t < 0.45 ? Number.NaN : 1;
    },
  };
  const solver = new FixedStep(gap, { method: "euler", stepSize: 0.2 });
  const ends: number[] = [];
  solver.reset(0, Float64Array.of(0));
  while (solver.time < 0.3) ends.push(solver.step(1).time);
  expect(ends).toEqual([0.2, 0.30000000000000004]);
  expect(solver.x[0]).toBeCloseTo(0.3, 15);
  expect(solver.statistics.rejected).toBe(1);
  const wall = () => {
    while (solver.time < 1) solver.step(1);
  };
  expect(wall).toThrow(/beyond 0\.3499\d* s: the derivative of continuous state 0 is not a finite number/);
});
