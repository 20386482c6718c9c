import { expect, test } from "vitest";
import { DormandPrince } from "../../../src/fmi/solver/dormand-prince.ts";
import {
  exponential,
  heatRod,
  integrate,
  oscillator,
  vanDerPol,
  watchTime,
} from "../../support/ode-problems.ts";

function oscillate(tolerance: number) {
  const solver = new DormandPrince(oscillator, { tolerance });
  const x = integrate(solver, [1, 0], [0, 20]);
  return { error: Math.hypot(x[0]! - Math.cos(20), x[1]! + Math.sin(20)), steps: solver.statistics.steps };
}

test.each([1e-4, 1e-6, 1e-8, 1e-10])("DormandPrince keeps the error near a tolerance of %s", (tolerance) => {
  const { error } = oscillate(tolerance);
  expect(error).toBeLessThan(20 * tolerance);
  expect(error).toBeGreaterThan(tolerance / 100);
});

test("DormandPrince is of order 5: a tolerance 1e5 times smaller takes ten times the steps", () => {
  const ratio = oscillate(1e-10).steps / oscillate(1e-5).steps;
  expect(ratio).toBeGreaterThan(7);
  expect(ratio).toBeLessThan(13);
});

test("DormandPrince ends exactly on tMax and never evaluates beyond it", () => {
  const { problem, latest } = watchTime(oscillator);
  const solver = new DormandPrince(problem, { tolerance: 1e-3 });
  solver.reset(0, Float64Array.of(1, 0));
  for (const tMax of [0.1, 0.3, 0.7, 0.700001, 5]) {
    while (solver.time < tMax) solver.step(tMax);
    expect(solver.time).toBe(tMax);
    expect(latest()).toBe(tMax);
  }
});

test("DormandPrince takes up its step again after one that tMax cut short", () => {
  const solver = new DormandPrince(oscillator, { tolerance: 1e-6 });
  integrate(solver, [1, 0], [0, 10]);
  const usual = 10 / solver.statistics.steps;
  solver.step(10 + 1e-9);
  const { startTime, time } = solver.step(100);
  expect(time - startTime).toBeGreaterThan(usual / 2);
});

test("DormandPrince interpolates as well as it steps", () => {
  const solver = new DormandPrince(oscillator, { tolerance: 1e-8 });
  const out = new Float64Array(2);
  let worst = 0;
  integrate(solver, [1, 0], [0, 20], (start, end) => {
    for (let part = 0; part <= 8; part++) {
      const t = start + ((end - start) * part) / 8;
      solver.interpolate(t, out);
      worst = Math.max(worst, Math.abs(out[0]! - Math.cos(t)), Math.abs(out[1]! + Math.sin(t)));
    }
  });
  expect(worst).toBeLessThan(5e-7);
  expect(worst).toBeGreaterThan(0);
});

test("DormandPrince interpolates to the states of both ends of a step", () => {
  const solver = new DormandPrince(vanDerPol(1), { tolerance: 1e-4 });
  const out = new Float64Array(2);
  let before = Float64Array.of(2, 0);
  integrate(solver, [...before], [0, 5], (start, end) => {
    solver.interpolate(start, out);
    expect([...out]).toEqual([...before]);
    solver.interpolate(end, out);
    expect(out[0]).toBeCloseTo(solver.x[0]!, 14);
    expect(out[1]).toBeCloseTo(solver.x[1]!, 14);
    before = Float64Array.from(solver.x);
  });
});

test("DormandPrince follows Van der Pol's oscillator to t = 2000", () => {
  const solver = new DormandPrince(vanDerPol(1), { tolerance: 1e-6 });
  const x = integrate(solver, [2, 0], [0, 2000]);
  expect(Math.abs(x[0]! - 1.4979938)).toBeLessThan(2e-3);
  expect(solver.statistics.rhsEvaluations).toBeLessThan(115_000);
});

test("DormandPrince weighs errors by the nominals, read at every reset", () => {
  const nominals = Float64Array.of(1e6, 1e6);
  const solver = new DormandPrince({ ...oscillator, nominals }, { tolerance: 1e-6 });
  integrate(solver, [1, 0], [0, 20]);
  const coarse = solver.statistics.steps;
  nominals.fill(1e-3);
  integrate(solver, [1, 0], [0, 20]);
  expect(solver.statistics.steps - coarse).toBeGreaterThan(5 * coarse);
});

test("DormandPrince sees that a problem is stiff, and that another is not", () => {
  const isStiff = (solver: DormandPrince, start: number[], end: number) => {
    let seen = false;
    solver.reset(0, Float64Array.from(start));
    while (solver.time < end) seen = solver.step(end).stiff || seen;
    return seen;
  };
  expect(isStiff(new DormandPrince(heatRod(20), { tolerance: 1e-4 }), Array(20).fill(1), 1)).toBe(true);
  expect(isStiff(new DormandPrince(vanDerPol(1), { tolerance: 1e-6 }), [2, 0], 100)).toBe(false);
});

test("DormandPrince steps no further than maxStep, and asks before every attempt whether to go on", () => {
  let asked = 0;
  const interrupt = () => {
    asked += 1;
  };
  const solver = new DormandPrince(exponential(0), { tolerance: 1e-3, maxStep: 0.5, interrupt });
  integrate(solver, [1], [0, 10], (start, end) => expect(end - start).toBeLessThanOrEqual(0.5 + 1e-12));
  expect(asked).toBe(solver.statistics.steps + solver.statistics.rejected);
});

test("DormandPrince passes on what interrupt throws", () => {
  const interrupt = () => {
    throw new Error("stop");
  };
  const solver = new DormandPrince(oscillator, { tolerance: 1e-3, interrupt });
  expect(() => integrate(solver, [1, 0], [0, 1])).toThrow("stop");
});

test("DormandPrince retries shorter where a derivative has no value, and goes on", () => {
  let hits = 0;
  const solver = new DormandPrince(
    {
      n: 1,
      rhs: (_t, x, dx) => {
        if (x[0]! > 1) hits += 1;
        dx[0] = x[0]! > 1 ? Number.NaN : 1e3 * (0.999 - x[0]!);
      },
    },
    { tolerance: 1e-2 },
  );
  expect(integrate(solver, [0], [0, 1])[0]).toBeCloseTo(0.999, 1);
  expect(hits).toBeGreaterThan(0);
});

test("DormandPrince integrates no states at all", () => {
  const solver = new DormandPrince({ n: 0, rhs: () => {} }, { tolerance: 1e-6 });
  integrate(solver, [], [0, 100]);
  expect(solver.statistics.steps).toBe(1);
});

test("DormandPrince refuses a step that does not go forward", () => {
  const solver = new DormandPrince(oscillator, { tolerance: 1e-3 });
  solver.reset(1, Float64Array.of(1, 0));
  expect(() => solver.step(1)).toThrow(RangeError);
});
