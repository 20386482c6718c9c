import { expect, test } from "vitest";
import { Automatic } from "../../../src/fmi/solver/automatic.ts";
import type { OdeProblem } from "../../../src/fmi/solver/ode.ts";
import { integrate, robertson, vanDerPol } from "../../support/ode-problems.ts";

test("Automatic stays explicit where nothing is stiff", () => {
  const solver = new Automatic(vanDerPol(1), { tolerance: 1e-6 });
  integrate(solver, [2, 0], [0, 200]);
  expect(solver.switchTime).toBeUndefined();
  expect(solver.statistics.jacobianEvaluations).toBe(0);
});

test("Automatic goes over to the implicit formulas early in a stiff problem", () => {
  const solver = new Automatic(vanDerPol(1000), { tolerance: 1e-6 });
  const x = integrate(solver, [2, 0], [0, 2000]);
  expect(solver.switchTime).toBeLessThan(1);
  expect(Math.abs(x[0]! - 1.706167732170483)).toBeLessThan(3e-4);
  expect(solver.statistics.rhsEvaluations).toBeLessThan(5000);
});

test("Automatic solves Robertson's reactions to t = 1e11 with their mass", () => {
  const solver = new Automatic(robertson, { tolerance: 1e-6 });
  const x = integrate(solver, [1, 0, 0], [0, 1e11]);
  expect(Math.abs(x[0]! + x[1]! + x[2]! - 1)).toBeLessThan(1e-11);
  expect(solver.statistics.rhsEvaluations).toBeLessThan(3000);
});

test("Automatic carries states and dense output across the switch", () => {
  const solver = new Automatic(vanDerPol(1000), { tolerance: 1e-6 });
  const out = new Float64Array(2);
  let before = [2, 0];
  let atSwitch = Number.NaN;
  integrate(solver, before, [0, 1], (start) => {
    solver.interpolate(start, out);
    expect(out[0]).toBeCloseTo(before[0]!, 12);
    expect(out[1]).toBeCloseTo(before[1]!, 12);
    if (start === solver.switchTime) atSwitch = start;
    before = [...solver.x];
  });
  expect(atSwitch).toBe(solver.switchTime);
});

test("Automatic stays implicit after a reset", () => {
  const solver = new Automatic(vanDerPol(1000), { tolerance: 1e-6 });
  integrate(solver, [2, 0], [0, 10]);
  const { switchTime, statistics } = solver;
  const { jacobianEvaluations } = statistics;
  integrate(solver, [2, 0], [10, 11]);
  expect(solver.switchTime).toBe(switchTime);
  expect(statistics.jacobianEvaluations).toBeGreaterThan(jacobianEvaluations);
});

/* Stiff until the second state has run down, which then slides along a jump that no event announces. */
function createSliding(fail: (t: number) => void): OdeProblem {
  return {
    n: 2,
    rhs: (t, x, dx) => {
      fail(t);
      dx[0] = -1e4 * (x[0]! - Math.cos(t));
      dx[1] = -Math.sign(x[1]!);
    },
  };
}

test("Automatic goes on explicit where the implicit formulas cannot", () => {
  const solver = new Automatic(
    createSliding(() => {}),
    { tolerance: 1e-3 },
  );
  let previous: number | undefined;
  let returns = 0;
  const x = integrate(solver, [0, 1], [0, 1.05], () => {
    if (previous !== undefined && solver.switchTime === undefined) returns += 1;
    previous = solver.switchTime;
  });
  expect(returns).toBeGreaterThan(0);
  expect(x[0]).toBeCloseTo(Math.cos(1.05), 3);
  expect(Math.abs(x[1]!)).toBeLessThan(0.01);
});

test("Automatic passes on an error of the problem itself", () => {
  let calls = 0;
  const fail = (t: number) => {
    if (t <= 0.5) return;
    calls += 1;
    throw new Error("the FMU failed");
  };
  const solver = new Automatic(createSliding(fail), { tolerance: 1e-3 });
  expect(() => integrate(solver, [0, 1], [0, 1])).toThrow("the FMU failed");
  expect(solver.switchTime).toBeLessThan(0.5);
  expect(calls).toBe(1);
});
