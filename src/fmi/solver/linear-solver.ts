import type { ColumnMatrix } from "./colouring.ts";
import { DenseLu } from "./dense-lu.ts";
import { SparseLu } from "./sparse-lu.ts";

/** Solves (I - c J) y = b for one matrix J at a time. */
export interface LinearSolver {
  /** Factorises I - c J; false where the matrix is singular or not finite. */
  factorize(jacobian: ColumnMatrix, c: number): boolean;
  /** Replaces b by the solution. */
  solve(b: Float64Array): void;
}

/* Up to here the dense loops win whatever the pattern: no lists to follow, and under a tenth of a millisecond. */
const ALWAYS_DENSE = 64;

/* Fill-in eats up the gain of a matrix fuller than this. */
const SPARSE_DENSITY = 0.1;

/** The fitting method: dense for few states or a full matrix, sparse for many states that depend on few others. */
export function createLinearSolver(matrix: ColumnMatrix): LinearSolver {
  const density = matrix.rows.length / Math.max(1, matrix.n * matrix.n);
  const isDense = matrix.n <= ALWAYS_DENSE || density > SPARSE_DENSITY;
  return isDense ? new DenseLu(matrix.n) : new SparseLu(matrix);
}
