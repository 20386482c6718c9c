import { expect, test } from "vitest";
import { DormandPrince } from "../../../src/fmi/solver/dormand-prince.ts";
import { EventLocator } from "../../../src/fmi/solver/event-location.ts";
import { FixedStep } from "../../../src/fmi/solver/fixed-step.ts";
import { Ndf } from "../../../src/fmi/solver/ndf.ts";
import type { OdeProblem, Solver } from "../../../src/fmi/solver/ode.ts";
import { catchToolError } from "../../support/catch-tool-error.ts";
import { oscillator } from "../../support/ode-problems.ts";

const G = 9.81;
const fall: OdeProblem = {
  n: 2,
  rhs: (_t, x, dx) => {
    dx[0] = x[1]!;
    dx[1] = -G;
  },
};

/* Times of the first impacts of a ball dropped from 1 m that keeps 0.7 of its speed: sqrt(2/g) * (1 + 2 * (e + e^2 + ...)). */
function impactTimes(count: number): number[] {
  const first = Math.sqrt(2 / G);
  return Array.from({ length: count }, (_, k) => first * (1 + (2 * 0.7 * (1 - 0.7 ** k)) / 0.3));
}

function firstState(_t: number, x: Float64Array, z: Float64Array): boolean {
  z.set(x.subarray(0, 1));
  return true;
}

/* Integrates the ball and reflects it at each impact; the rise from the ground is a sign change too and changes nothing. */
function bounce(solver: Solver, count: number): number[] {
  const locator = new EventLocator({ n: 2, count: 1, evaluate: firstState });
  const x = Float64Array.of(1, 0);
  const times: number[] = [];
  solver.reset(0, x);
  locator.start(0, x);
  while (times.length < count) {
    const { startTime } = solver.step(10);
    const time = locator.locate(startTime, solver);
    if (time === undefined) continue;
    solver.interpolate(time, x);
    if (x[1]! < 0) {
      times.push(time);
      x.set([0, -0.7 * x[1]!]);
    }
    solver.reset(time, x);
    locator.start(time, x);
  }
  return times;
}

test.each<[string, Solver]>([
  ["DormandPrince", new DormandPrince(fall, { tolerance: 1e-6 })],
  ["Ndf", new Ndf(fall, { tolerance: 1e-12 })],
  ["FixedStep", new FixedStep(fall, { method: "rk4", stepSize: 0.01 })],
])("EventLocator: a ball bounces at the closed form's times with %s", (_name, solver) => {
  const expected = impactTimes(10);
  const times = bounce(solver, 10);
  expect(Math.max(...times.map((time, k) => Math.abs(time - expected[k]!)))).toBeLessThan(1e-9);
});

/* A step from `from` to `to` through given functions of time, as a solver's dense output. */
function locate(
  [from, to]: [number, number],
  functions: readonly ((t: number) => number)[],
  lastThere = Number.POSITIVE_INFINITY,
): { time: number | undefined; crossed: number[]; evaluations: number } {
  let evaluations = 0;
  const locator = new EventLocator({
    n: 1,
    count: functions.length,
    evaluate: (_t, x, z) => {
      evaluations += 1;
      for (const [i, f] of functions.entries()) z[i] = f(x[0]!);
      return x[0]! <= lastThere;
    },
  });
  locator.start(from, Float64Array.of(from));
  const interpolate = (t: number, out: Float64Array) => out.fill(t);
  const time = locator.locate(from, { time: to, x: Float64Array.of(to), interpolate });
  return { time, crossed: [...locator.crossed], evaluations };
}

test.each<[string, (t: number) => number, number]>([
  ["a line", (t) => 0.3 - t, 0.3],
  ["a steep exponential", (t) => Math.exp(40 * t) - Math.exp(10), 0.25],
  ["a triple root", (t) => (t - 0.7) ** 3, 0.7],
  ["a jump", (t) => (t < 0.1234 ? -5 : 1e-3), 0.1234],
  ["one that rises from zero", (t) => t, 0],
  ["one that hits zero and stays", (t) => Math.max(0, 0.6 - t), 0.6],
  ["one with infinite ends", (t) => 1 / (0.2 - t), 0.2],
])("EventLocator lands just after the crossing of %s", (_name, f, root) => {
  const { time, evaluations } = locate([0, 1], [f]);
  expect(time! - root).toBeGreaterThanOrEqual(-1e-15);
  expect(time! - root).toBeLessThan(2e-15);
  expect(f(time!) > 0).not.toBe(f(0) > 0);
  expect(evaluations).toBeLessThan(75);
});

test("EventLocator takes few evaluations for a smooth crossing", () => {
  expect(locate([3, 4], [(t) => Math.cos(t - 2) + 0.01]).evaluations).toBeLessThan(15);
});

test("EventLocator finds the earliest of several crossings, and says whose it is", () => {
  const { time, crossed } = locate([0, 1], [(t) => t - 0.9, (t) => 0.2 - t, (t) => t * t - 0.25, () => 1]);
  expect(time).toBeCloseTo(0.2, 14);
  expect(crossed).toEqual([0, 1, 0, 0]);
});

test("EventLocator reports crossings at one time together", () => {
  const { time, crossed } = locate([0, 1], [(t) => t - 0.5, (t) => 3 * (t - 0.5), (t) => t - 0.6]);
  expect(time).toBeCloseTo(0.5, 14);
  expect(crossed).toEqual([1, 1, 0]);
});

test("EventLocator sees a dip below zero that a step undoes, and not one that stays above", () => {
  expect(locate([0, 1], [(t) => (t - 0.8) ** 2 - 1e-4]).time).toBeCloseTo(0.79, 12);
  expect(locate([0, 1], [(t) => -((t - 0.5) ** 2) + 0.04]).time).toBeCloseTo(0.3, 12);
  expect(locate([0, 1], [(t) => (t - 0.8) ** 2 + 1e-12]).time).toBeUndefined();
});

test("EventLocator finds nothing where nothing changes, and goes on from the step's end", () => {
  const locator = new EventLocator({ n: 2, count: 1, evaluate: firstState });
  const solver = new DormandPrince(oscillator, { tolerance: 1e-10 });
  solver.reset(0, Float64Array.of(1, 0));
  locator.start(0, solver.x);
  let found: number | undefined;
  while (found === undefined) found = locator.locate(solver.step(5).startTime, solver);
  expect(solver.statistics.steps).toBeGreaterThan(5);
  expect(found).toBeCloseTo(Math.PI / 2, 9);
});

test("EventLocator finds a change that lies right before where there are no indicators", () => {
  for (const last of [0.9, 0.5, 0.3001])
    expect(locate([0, 1], [(t) => 0.3 - t], last).time).toBeCloseTo(0.3, 14);
});

test("EventLocator fails where there are no indicators any more and none has changed", async () => {
  const error = await catchToolError(() => locate([0, 1], [(t) => 0.8 - t], 0.5));
  expect(error).toMatchObject({ code: "simulation_failed" });
  expect(error.message).toMatch(/beyond 0\.5(0000000\d*)? s: the model has no event indicators there/);
});

test("EventLocator asks nothing of a problem without indicators", () => {
  expect(locate([0, 1], [])).toEqual({ time: undefined, crossed: [], evaluations: 0 });
});
