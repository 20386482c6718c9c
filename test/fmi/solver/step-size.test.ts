import { expect, test } from "vitest";
import { DormandPrince } from "../../../src/fmi/solver/dormand-prince.ts";
import { FixedStep } from "../../../src/fmi/solver/fixed-step.ts";
import { Ndf } from "../../../src/fmi/solver/ndf.ts";
import type { OdeProblem, Solver } from "../../../src/fmi/solver/ode.ts";
import { endOfStep, fitStep } from "../../../src/fmi/solver/step-size.ts";
import { catchToolError } from "../../support/catch-tool-error.ts";
import { integrate } from "../../support/ode-problems.ts";

/* State 1 grows beyond all bounds at t = 1: x = 1 / (1 - t). State 0 stays at rest. */
const explosion: OdeProblem = {
  n: 2,
  rhs: (_t, x, dx) => {
    dx[0] = 0;
    dx[1] = x[1]! ** 2;
  },
};

/* The derivative of state 1 has no value after t = 0.5. */
const gap: OdeProblem = {
  n: 3,
  rhs: (t, _x, dx) => {
    dx[0] = 1;
    dx[1] = Math.sqrt(0.5 - t);
    dx[2] = 1;
  },
};

const solvers: [string, (problem: OdeProblem) => Solver][] = [
  ["DormandPrince", (problem) => new DormandPrince(problem, { tolerance: 1e-6 })],
  ["Ndf", (problem) => new Ndf(problem, { tolerance: 1e-6 })],
];

test.each(solvers)("stepFailure: %s names the time and the state of a singularity", async (_name, create) => {
  const error = await catchToolError(() => integrate(create(explosion), [0, 1], [0, 2]));
  expect(error.code).toBe("simulation_failed");
  expect(error.message).toMatch(
    /^Cannot integrate the model beyond (1|1\.0{4}\d*|0\.9{4}\d*) s: .*continuous state 1\b/,
  );
  expect(error.message).toContain("at the shortest step");
  expect(error.remedy).toContain("Record continuous state 1 up to");
});

test.each(solvers)("stepFailure: %s names the state whose derivative has no value", async (_name, create) => {
  const problem = { ...gap, nameState: (index: number) => `tank[${index}].level` };
  const error = await catchToolError(() => integrate(create(problem), [0, 0, 0], [0, 2]));
  expect(error.message).toMatch(
    /beyond 0\.(5|49999\d*) s: the derivative of tank\[1\]\.level is not a finite number/,
  );
});

test.each([
  ...solvers,
  ["FixedStep", (problem: OdeProblem) => new FixedStep(problem, { method: "rk4", stepSize: 0.1 })] as const,
])("stepFailure: %s says so when there is no derivative at the start", async (_name, create) => {
  const error = await catchToolError(() => integrate(create(gap), [0, 0, 0], [0.75, 2]));
  expect(error.message).toContain(
    "beyond 0.75 s: the derivative of continuous state 1 is not a finite number",
  );
});

test("fitStep leaves no scrap of a step before tMax", () => {
  expect(fitStep(1, 0, 10)).toBe(1);
  expect(fitStep(1, 0, 1.005)).toBe(1.005);
  expect(fitStep(1, 0, 1.5)).toBe(0.75);
  expect(fitStep(Number.POSITIVE_INFINITY, 2, 5)).toBe(3);
});

test("endOfStep lands on tMax itself, not on the sum that rounding makes of it", () => {
  let rounded = 0;
  for (let k = 1; k <= 1000; k++) {
    const [t, tMax] = [-k * Math.PI, k * 0.01];
    if (t + (tMax - t) !== tMax) rounded += 1;
    expect(endOfStep(tMax - t, t, tMax)).toBe(tMax);
  }
  expect(rounded).toBeGreaterThan(0);
  expect(endOfStep(0.5, 1, 3)).toBe(1.5);
});
