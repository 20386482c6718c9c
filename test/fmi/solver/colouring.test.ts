import { expect, test } from "vitest";
import { colourColumns, createColumnMatrix } from "../../../src/fmi/solver/colouring.ts";
import { createJacobian } from "../../../src/fmi/solver/jacobian.ts";
import { createStatistics, type OdeProblem } from "../../../src/fmi/solver/ode.ts";
import { heatRod } from "../../support/ode-problems.ts";
import { createRandom, randomPattern, toDense } from "../../support/random-matrix.ts";

test("createColumnMatrix turns rows into sorted columns and adds the diagonal", () => {
  const { starts, rows } = createColumnMatrix(3, [[2, 1], [2, 2, 7], []]);
  expect([...starts]).toEqual([0, 1, 3, 6]);
  expect([...rows]).toEqual([0, 0, 1, 0, 1, 2]);
});

test("createColumnMatrix is full where nothing is known", () => {
  expect([...createColumnMatrix(2).rows]).toEqual([0, 1, 0, 1]);
});

test("colourColumns puts every column into one group, and no two that share a row into the same", () => {
  const random = createRandom(1);
  for (const n of [1, 5, 40, 120]) {
    const matrix = createColumnMatrix(n, randomPattern(n, 3, random));
    const groups = colourColumns(matrix);
    expect(groups.flatMap((group) => [...group]).sort((a, b) => a - b)).toEqual([...Array(n).keys()]);
    for (const group of groups) {
      const rows = [...group].flatMap((j) => [
        ...matrix.rows.subarray(matrix.starts[j], matrix.starts[j + 1]),
      ]);
      expect(new Set(rows).size).toBe(rows.length);
    }
  }
});

test("colourColumns needs three groups for a rod, one for uncoupled states, n for a full matrix", () => {
  expect(colourColumns(createColumnMatrix(50, heatRod(50).sparsity))).toHaveLength(3);
  expect(colourColumns(createColumnMatrix(50, Array(50).fill([])))).toHaveLength(1);
  expect(colourColumns(createColumnMatrix(50))).toHaveLength(50);
});

/* dx_i = sum over the row's states of (i + 1) * sin(x_j) + x_j * x_i. */
function createCoupled(n: number): OdeProblem {
  const sparsity = randomPattern(n, 3, createRandom(n)).map((row, i) => [...new Set([...row, i])]);
  return {
    n,
    sparsity,
    rhs: (_t, x, dx) => {
      for (let i = 0; i < n; i++) {
        dx[i] = 0;
        for (const j of sparsity[i]!) dx[i]! += (i + 1) * Math.sin(x[j]!) + x[j]! * x[i]!;
      }
    },
  };
}

test("createJacobian: coloured differences are those of one column at a time, and near the derivatives", () => {
  const n = 40;
  const problem = createCoupled(n);
  const x = Float64Array.from({ length: n }, (_, i) => Math.cos(i));
  const dx = new Float64Array(n);
  problem.rhs(0, x, dx);
  const statistics = createStatistics();
  const coloured = createJacobian(problem, statistics);
  coloured.evaluate(0, x, dx);
  expect(statistics.rhsEvaluations).toBe(coloured.evaluations);
  expect(coloured.evaluations).toBeLessThan(n / 2);
  const dense = createJacobian({ ...problem, sparsity: undefined }, createStatistics());
  dense.evaluate(0, x, dx);
  expect(toDense(coloured.matrix)).toEqual(toDense(dense.matrix));
  const row = problem.sparsity![7]!;
  const j = Array.from(row).find((index) => index !== 7)!;
  expect(toDense(coloured.matrix)[7]![j]).toBeCloseTo(8 * Math.cos(x[j]!) + x[7]!, 5);
});

test("createJacobian takes a group of directional derivatives at a time", () => {
  const n = 30;
  const rod = heatRod(n);
  const jacobian = createJacobian({ ...rod, jvp: (t, _x, v, out) => rod.rhs(t, v, out) }, createStatistics());
  jacobian.evaluate(0, new Float64Array(n), new Float64Array(n));
  const dense = toDense(jacobian.matrix);
  expect(dense[4]!.slice(2, 7)).toEqual([0, 961, -1922, 961, 0]);
  expect(jacobian.evaluations).toBe(3);
  expect(jacobian.changeShift()).toBe(false);
});

test("createJacobian shifts a state away from zero", () => {
  const seen: number[] = [];
  const problem: OdeProblem = { n: 2, rhs: (_t, x) => void seen.push(...x) };
  createJacobian(problem, createStatistics()).evaluate(0, Float64Array.of(-1e-12, 0), new Float64Array(2));
  expect(seen[0]).toBeLessThan(-1e-12);
  expect(seen[3]).toBeGreaterThan(0);
});
