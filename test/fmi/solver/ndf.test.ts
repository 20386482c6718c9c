import { expect, test } from "vitest";
import { Ndf } from "../../../src/fmi/solver/ndf.ts";
import {
  exponential,
  heatRod,
  integrate,
  oscillator,
  robertson,
  vanDerPol,
  watchTime,
} from "../../support/ode-problems.ts";

test.each([1e-4, 1e-6, 1e-8])("Ndf keeps the error near a tolerance of %s", (tolerance) => {
  const x = integrate(new Ndf(exponential(-1), { tolerance }), [1], [0, 5]);
  const error = Math.abs(x[0]! - Math.exp(-5));
  expect(error).toBeLessThan(20 * tolerance);
  expect(error).toBeGreaterThan(tolerance / 1000);
});

test("Ndf reaches a high order: a tolerance 1e5 times smaller takes few more steps", () => {
  const count = (tolerance: number) => {
    const solver = new Ndf(oscillator, { tolerance });
    integrate(solver, [1, 0], [0, 50]);
    return solver.statistics.steps;
  };
  const ratio = count(1e-9) / count(1e-4);
  expect(ratio).toBeGreaterThan(3);
  expect(ratio).toBeLessThan(15);
});

/* The reference values are those of Hairer and Wanner's test set, computed in extended precision. */
test.each([1e-3, 1e-4, 1e-6, 1e-8])(
  "Ndf keeps the mass of Robertson's reactions to t = 1e11 at a tolerance of %s",
  (tolerance) => {
    const solver = new Ndf(robertson, { tolerance });
    let drift = 0;
    integrate(solver, [1, 0, 0], [0, 1e11], () => {
      drift = Math.max(drift, Math.abs(solver.x[0]! + solver.x[1]! + solver.x[2]! - 1));
    });
    expect(drift).toBeLessThan(1e-11);
    expect(Math.abs(solver.x[0]! - 2.083340149701255e-8)).toBeLessThan(tolerance);
    expect(solver.statistics.rhsEvaluations).toBeLessThan(3000);
  },
);

test("Ndf resolves Robertson's trace species with its nominal", () => {
  const solver = new Ndf({ ...robertson, nominals: Float64Array.of(1e-6, 1e-11, 1) }, { tolerance: 1e-6 });
  const x = integrate(solver, [1, 0, 0], [0, 1e11]);
  expect(Math.abs(x[0]! / 2.083340149701255e-8 - 1)).toBeLessThan(1e-3);
  expect(Math.abs(x[1]! / 8.333360770334713e-14 - 1)).toBeLessThan(1e-3);
});

test("Ndf follows the stiff Van der Pol oscillator to t = 2000 in few evaluations", () => {
  const solver = new Ndf(vanDerPol(1000), { tolerance: 1e-6 });
  const x = integrate(solver, [2, 0], [0, 2000]);
  expect(Math.abs(x[0]! - 1.706167732170483)).toBeLessThan(3e-4);
  expect(Math.abs(x[1]! + 8.928097010247975e-4)).toBeLessThan(1e-6);
  expect(solver.statistics.rhsEvaluations).toBeLessThan(4000);
});

test("Ndf interpolates as well as it steps, and to the states of both ends", () => {
  const solver = new Ndf(oscillator, { tolerance: 1e-7 });
  const out = new Float64Array(2);
  let [worst, before] = [0, Float64Array.of(1, 0)];
  integrate(solver, [1, 0], [0, 20], (start, end) => {
    solver.interpolate(start, out);
    expect(out[0]).toBeCloseTo(before[0]!, 12);
    before = Float64Array.from(solver.x);
    for (let part = 1; part <= 8; part++) {
      const t = start + ((end - start) * part) / 8;
      solver.interpolate(t, out);
      worst = Math.max(worst, Math.abs(out[0]! - Math.cos(t)), Math.abs(out[1]! + Math.sin(t)));
    }
    expect(out[0]).toBe(solver.x[0]);
  });
  expect(worst).toBeLessThan(5e-5);
});

test.each([10, 200])("Ndf conducts heat along %i cells as the closed form does", (n) => {
  const solver = new Ndf(heatRod(n), { tolerance: 1e-7 });
  const shape = Array.from({ length: n }, (_, i) => Math.sin((Math.PI * (i + 1)) / (n + 1)));
  const x = integrate(solver, shape, [0, 0.2]);
  const rate = 4 * (n + 1) ** 2 * Math.sin(Math.PI / (2 * (n + 1))) ** 2;
  const middle = n >> 1;
  expect(Math.abs(x[middle]! - shape[middle]! * Math.exp(-0.2 * rate))).toBeLessThan(1e-6);
});

test("Ndf makes a banded Jacobian of 200 columns with three evaluations", () => {
  const count = (sparsity: (readonly number[])[] | undefined) => {
    const rod = heatRod(200);
    const solver = new Ndf({ ...rod, sparsity }, { tolerance: 1e-3 });
    solver.reset(0, new Float64Array(200).fill(1));
    solver.step(1);
    expect(solver.statistics.jacobianEvaluations).toBe(1);
    return solver.statistics.rhsEvaluations;
  };
  expect(count(undefined) - count(heatRod(200).sparsity as number[][])).toBe(197);
});

test("Ndf takes directional derivatives where they are offered", () => {
  let asked = 0;
  const jvp = (_t: number, x: Float64Array, v: Float64Array, out: Float64Array) => {
    asked += 1;
    out[0] = v[1]!;
    out[1] = (-2000 * x[0]! * x[1]! - 1) * v[0]! + 1000 * (1 - x[0]! ** 2) * v[1]!;
  };
  const solver = new Ndf({ ...vanDerPol(1000), jvp }, { tolerance: 1e-6 });
  const x = integrate(solver, [2, 0], [0, 2000]);
  expect(Math.abs(x[0]! - 1.706167732170483)).toBeLessThan(3e-4);
  expect(asked).toBe(2 * solver.statistics.jacobianEvaluations);
});

test("Ndf ends exactly on tMax and never evaluates beyond it", () => {
  const { problem, latest } = watchTime(vanDerPol(10));
  const solver = new Ndf(problem, { tolerance: 1e-4 });
  solver.reset(0, Float64Array.of(2, 0));
  for (const tMax of [0.1, 0.3, 7, 7.000001, 20]) {
    while (solver.time < tMax) solver.step(tMax);
    expect(solver.time).toBe(tMax);
    expect(latest()).toBe(tMax);
  }
});

test("Ndf keeps its factorisation along a grid of points that are equal but for rounding", () => {
  const solver = new Ndf(exponential(-1e-3), { tolerance: 1e-6 });
  solver.reset(0, Float64Array.of(1));
  for (let k = 1; k <= 1000; k++) while (solver.time < k * 0.1) solver.step(k * 0.1);
  expect(solver.statistics.factorizations).toBeLessThan(100);
  expect(solver.x[0]).toBeCloseTo(Math.exp(-0.1), 5);
});

test("Ndf starts afresh after a reset", () => {
  const solver = new Ndf(exponential(-50), { tolerance: 1e-8 });
  integrate(solver, [1], [0, 1]);
  expect(integrate(solver, [3], [7, 7.1])[0]).toBeCloseTo(3 * Math.exp(-5), 6);
});

test("Ndf integrates no states at all", () => {
  const solver = new Ndf({ n: 0, rhs: () => {} }, { tolerance: 1e-6 });
  integrate(solver, [], [0, 100]);
  expect(solver.time).toBe(100);
});
