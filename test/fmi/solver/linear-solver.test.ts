import { expect, test } from "vitest";
import { type ColumnMatrix, createColumnMatrix } from "../../../src/fmi/solver/colouring.ts";
import { DenseLu } from "../../../src/fmi/solver/dense-lu.ts";
import { orderByMinimumDegree } from "../../../src/fmi/solver/elimination-order.ts";
import { createLinearSolver, type LinearSolver } from "../../../src/fmi/solver/linear-solver.ts";
import { SparseLu } from "../../../src/fmi/solver/sparse-lu.ts";
import { heatRod } from "../../support/ode-problems.ts";
import { createRandom, randomPattern, toDense } from "../../support/random-matrix.ts";

const kinds: [string, (matrix: ColumnMatrix) => LinearSolver][] = [
  ["DenseLu", (matrix) => new DenseLu(matrix.n)],
  ["SparseLu", (matrix) => new SparseLu(matrix)],
];

/* The largest difference between (I - c J) y and b, for the solver's y. */
function residual(solver: LinearSolver, matrix: ColumnMatrix, c: number, random: () => number): number {
  const b = Float64Array.from({ length: matrix.n }, () => random() - 0.5);
  const y = b.slice();
  solver.solve(y);
  const rows = toDense(matrix);
  return Math.max(
    ...rows.map((row, i) => {
      const product = row.reduce((sum, value, j) => sum + value * y[j]!, 0);
      return Math.abs(y[i]! - c * product - b[i]!);
    }),
  );
}

test.each(kinds)("%s solves random matrices, again and again with one pattern", (_name, create) => {
  const random = createRandom(3);
  for (const n of [1, 2, 7, 60]) {
    const matrix = createColumnMatrix(n, randomPattern(n, 3, random));
    const solver = create(matrix);
    for (const c of [1e-3, 0.7, 100]) {
      for (let at = 0; at < matrix.values.length; at++) matrix.values[at] = random() - 0.5;
      expect(solver.factorize(matrix, c)).toBe(true);
      expect(residual(solver, matrix, c, random)).toBeLessThan(1e-10);
      expect(residual(solver, matrix, c, random)).toBeLessThan(1e-10);
    }
  }
});

test.each(kinds)("%s pivots where the diagonal vanishes", (_name, create) => {
  // I - J with J = [[1, -2, 0], [-3, 1, 0], [0, -4, 1]] + a corner: zero on the whole diagonal.
  const matrix = createColumnMatrix(3);
  const rows = [
    [1, -2, 0],
    [0, 1, -3],
    [-5, 0, 1],
  ];
  for (let at = 0; at < 9; at++) matrix.values[at] = rows[at % 3]![Math.floor(at / 3)]!;
  const solver = create(matrix);
  expect(solver.factorize(matrix, 1)).toBe(true);
  const b = Float64Array.of(2, 3, 5);
  solver.solve(b);
  expect([...b]).toEqual([1, 1, 1]);
});

test.each(kinds)("%s refuses a singular matrix and one with a value that is not finite", (_name, create) => {
  const matrix = createColumnMatrix(2);
  const solver = create(matrix);
  matrix.values.set([1, 0, 0, 1]);
  expect(solver.factorize(matrix, 1)).toBe(false);
  matrix.values.set([0, Number.NaN, 1, 0]);
  expect(solver.factorize(matrix, 1)).toBe(false);
  matrix.values.set([0, 0, 0, 0]);
  expect(solver.factorize(matrix, 1)).toBe(true);
});

test("createLinearSolver takes the sparse method for many states that depend on few others", () => {
  const choose = (n: number, sparsity?: readonly ArrayLike<number>[]) =>
    createLinearSolver(createColumnMatrix(n, sparsity));
  expect(choose(500, heatRod(500).sparsity)).toBeInstanceOf(SparseLu);
  expect(choose(500)).toBeInstanceOf(DenseLu);
  expect(choose(10, heatRod(10).sparsity)).toBeInstanceOf(DenseLu);
});

test("orderByMinimumDegree takes every column once, and the hub of a star near the end", () => {
  const n = 30;
  const star = Array.from({ length: n }, (_, i) => [0, i]);
  const order = [...orderByMinimumDegree(createColumnMatrix(n, star))];
  expect([...order].sort((a, b) => a - b)).toEqual([...Array(n).keys()]);
  expect(order.indexOf(0)).toBeGreaterThanOrEqual(n - 2);
});
