import type { ColumnMatrix } from "./colouring.ts";
import { orderByMinimumDegree } from "./elimination-order.ts";
import type { LinearSolver } from "./linear-solver.ts";

/* The diagonal is the pivot unless it is this much smaller than the largest: the order was made for the diagonal. */
const DIAGONAL_SHARE = 0.1;

/**
 * Sparse LU by columns from the left: what a column needs of the earlier ones is found by a search in the graph of L, so
 * the cost follows the operations done (Gilbert, Peierls: Sparse Partial Pivoting in Time Proportional to Arithmetic
 * Operations, 1988). Columns in minimum-degree order, threshold pivoting that prefers the diagonal.
 */
export class SparseLu implements LinearSolver {
  readonly #n: number;
  readonly #columns: Int32Array;
  readonly #l: Factor;
  readonly #u: Factor;
  readonly #pivots: Float64Array;
  /* The step at which a row became pivot, or -1; and the row of each step. */
  readonly #stepOfRow: Int32Array;
  readonly #rowOfStep: Int32Array;
  /* One column while it is worked on, by row, and the rows it touches: a topological order, filled from the end. */
  readonly #work: Float64Array;
  readonly #reach: Int32Array;
  readonly #visited: Int32Array;
  readonly #stack: Int32Array;
  readonly #next: Int32Array;
  #visit = 0;

  constructor(matrix: ColumnMatrix) {
    const { n } = matrix;
    this.#n = n;
    this.#columns = orderByMinimumDegree(matrix);
    this.#l = new Factor(n, 4 * matrix.rows.length);
    this.#u = new Factor(n, 4 * matrix.rows.length);
    this.#pivots = new Float64Array(n);
    this.#stepOfRow = new Int32Array(n);
    this.#rowOfStep = new Int32Array(n);
    this.#work = new Float64Array(n);
    this.#reach = new Int32Array(n);
    this.#visited = new Int32Array(n);
    this.#stack = new Int32Array(n);
    this.#next = new Int32Array(n);
  }

  factorize(jacobian: ColumnMatrix, c: number): boolean {
    this.#stepOfRow.fill(-1);
    this.#l.clear();
    this.#u.clear();
    for (let k = 0; k < this.#n; k++) {
      const j = this.#columns[k] as number;
      const top = this.#findReach(jacobian, j);
      this.#scatter(jacobian, j, c, top);
      this.#eliminate(top);
      if (!this.#storeColumn(k, j, top)) return false;
    }
    return true;
  }

  solve(b: Float64Array): void {
    const n = this.#n;
    const [l, u, work, rowOfStep] = [this.#l, this.#u, this.#work, this.#rowOfStep];
    for (let k = 0; k < n; k++) {
      const value = b[rowOfStep[k] as number] as number;
      work[k] = value;
      if (value !== 0) l.subtract(k, value, b);
    }
    for (let k = n - 1; k >= 0; k--) {
      const value = (work[k] as number) / (this.#pivots[k] as number);
      work[k] = value;
      if (value !== 0) u.subtract(k, value, work);
    }
    for (let k = 0; k < n; k++) b[this.#columns[k] as number] = work[k] as number;
  }

  /* The rows where the solution of L y = (column j) can differ from zero; those from the returned index on. */
  #findReach({ starts, rows }: ColumnMatrix, j: number): number {
    this.#visit += 1;
    let top = this.#n;
    for (let at = starts[j] as number; at < (starts[j + 1] as number); at++) {
      const row = rows[at] as number;
      if (this.#visited[row] !== this.#visit) top = this.#search(row, top);
    }
    return top;
  }

  #search(first: number, from: number): number {
    const [stack, next, visited, l] = [this.#stack, this.#next, this.#visited, this.#l];
    const mark = (row: number, depth: number) => {
      const step = this.#stepOfRow[row] as number;
      visited[row] = this.#visit;
      stack[depth] = row;
      next[depth] = step < 0 ? 0 : (l.starts[step] as number);
    };
    let top = from;
    let depth = 0;
    mark(first, 0);
    while (depth >= 0) {
      const row = stack[depth] as number;
      const step = this.#stepOfRow[row] as number;
      const end = step < 0 ? 0 : (l.starts[step + 1] as number);
      let at = next[depth] as number;
      while (at < end && visited[l.rows[at] as number] === this.#visit) at += 1;
      next[depth] = at + 1;
      if (at < end) {
        depth += 1;
        mark(l.rows[at] as number, depth);
      } else {
        depth -= 1;
        top -= 1;
        this.#reach[top] = row;
      }
    }
    return top;
  }

  #scatter({ starts, rows, values }: ColumnMatrix, j: number, c: number, top: number): void {
    const work = this.#work;
    for (let at = top; at < this.#n; at++) work[this.#reach[at] as number] = 0;
    for (let at = starts[j] as number; at < (starts[j + 1] as number); at++) {
      work[rows[at] as number] = -c * (values[at] as number);
    }
    work[j] = (work[j] as number) + 1;
  }

  #eliminate(top: number): void {
    for (let at = top; at < this.#n; at++) {
      const row = this.#reach[at] as number;
      const step = this.#stepOfRow[row] as number;
      const value = this.#work[row] as number;
      if (step >= 0 && value !== 0) this.#l.subtract(step, value, this.#work);
    }
  }

  /* Chooses the pivot of step k, and moves the column to U (rows that were pivots, by step) and L (the others). */
  #storeColumn(k: number, j: number, top: number): boolean {
    const [work, stepOfRow] = [this.#work, this.#stepOfRow];
    let pivotRow = -1;
    let largest = 0;
    for (let at = top; at < this.#n; at++) {
      const row = this.#reach[at] as number;
      const size = Math.abs(work[row] as number);
      if ((stepOfRow[row] as number) >= 0) this.#u.push(stepOfRow[row] as number, work[row] as number);
      else if (!(size <= largest)) {
        largest = size;
        pivotRow = row;
      }
    }
    if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return false;
    const isFree = (stepOfRow[j] as number) < 0 && this.#visited[j] === this.#visit;
    if (isFree && Math.abs(work[j] as number) >= DIAGONAL_SHARE * largest) pivotRow = j;
    const pivot = work[pivotRow] as number;
    this.#pivots[k] = pivot;
    this.#rowOfStep[k] = pivotRow;
    stepOfRow[pivotRow] = k;
    for (let at = top; at < this.#n; at++) {
      const row = this.#reach[at] as number;
      if ((stepOfRow[row] as number) < 0) this.#l.push(row, (work[row] as number) / pivot);
    }
    this.#l.close(k);
    this.#u.close(k);
    return true;
  }
}

/* Columns of a triangular factor without its diagonal, in arrays that grow. */
class Factor {
  readonly starts: Int32Array;
  rows: Int32Array;
  #values: Float64Array;
  #size = 0;

  constructor(n: number, capacity: number) {
    this.starts = new Int32Array(n + 1);
    this.rows = new Int32Array(capacity);
    this.#values = new Float64Array(capacity);
  }

  clear(): void {
    this.#size = 0;
  }

  push(row: number, value: number): void {
    if (this.#size === this.rows.length) this.#grow();
    this.rows[this.#size] = row;
    this.#values[this.#size] = value;
    this.#size += 1;
  }

  close(column: number): void {
    this.starts[column + 1] = this.#size;
  }

  /** Takes `factor` times a column from the target. */
  subtract(column: number, factor: number, target: Float64Array): void {
    const { rows } = this;
    const values = this.#values;
    const end = this.starts[column + 1] as number;
    for (let at = this.starts[column] as number; at < end; at++) {
      const row = rows[at] as number;
      target[row] = (target[row] as number) - factor * (values[at] as number);
    }
  }

  #grow(): void {
    const capacity = 2 * this.rows.length + 16;
    const rows = new Int32Array(capacity);
    const values = new Float64Array(capacity);
    rows.set(this.rows);
    values.set(this.#values);
    this.rows = rows;
    this.#values = values;
  }
}
