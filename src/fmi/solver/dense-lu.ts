import type { ColumnMatrix } from "./colouring.ts";
import type { LinearSolver } from "./linear-solver.ts";

/** Gaussian elimination with partial pivoting on a full matrix, stored by rows. */
export class DenseLu implements LinearSolver {
  readonly #n: number;
  readonly #lu: Float64Array;
  /* Where each row of the triangular form begins: rows are swapped by their offsets. */
  readonly #offsets: Int32Array;
  readonly #order: Int32Array;
  readonly #work: Float64Array;

  constructor(n: number) {
    this.#n = n;
    this.#lu = new Float64Array(n * n);
    this.#offsets = new Int32Array(n);
    this.#order = new Int32Array(n);
    this.#work = new Float64Array(n);
  }

  factorize(jacobian: ColumnMatrix, c: number): boolean {
    this.#fill(jacobian, c);
    const n = this.#n;
    const lu = this.#lu;
    const offsets = this.#offsets;
    for (let k = 0; k < n; k++) {
      if (!this.#pivot(k)) return false;
      const top = offsets[k] as number;
      const inverse = 1 / (lu[top + k] as number);
      for (let i = k + 1; i < n; i++) {
        const row = offsets[i] as number;
        const factor = (lu[row + k] as number) * inverse;
        if (factor === 0) continue;
        lu[row + k] = factor;
        for (let j = k + 1; j < n; j++) {
          lu[row + j] = (lu[row + j] as number) - factor * (lu[top + j] as number);
        }
      }
    }
    return true;
  }

  solve(b: Float64Array): void {
    const n = this.#n;
    const lu = this.#lu;
    const offsets = this.#offsets;
    const order = this.#order;
    const work = this.#work;
    for (let i = 0; i < n; i++) {
      const row = offsets[i] as number;
      let sum = b[order[i] as number] as number;
      for (let j = 0; j < i; j++) sum -= (lu[row + j] as number) * (work[j] as number);
      work[i] = sum;
    }
    for (let i = n - 1; i >= 0; i--) {
      const row = offsets[i] as number;
      let sum = work[i] as number;
      for (let j = i + 1; j < n; j++) sum -= (lu[row + j] as number) * (b[j] as number);
      b[i] = sum / (lu[row + i] as number);
    }
  }

  #fill({ starts, rows, values }: ColumnMatrix, c: number): void {
    const n = this.#n;
    const lu = this.#lu.fill(0);
    for (let j = 0; j < n; j++) {
      for (let at = starts[j] as number; at < (starts[j + 1] as number); at++) {
        lu[(rows[at] as number) * n + j] = -c * (values[at] as number);
      }
    }
    for (let i = 0; i < n; i++) {
      lu[i * n + i] = (lu[i * n + i] as number) + 1;
      this.#offsets[i] = i * n;
      this.#order[i] = i;
    }
  }

  #pivot(k: number): boolean {
    const offsets = this.#offsets;
    const lu = this.#lu;
    let best = k;
    let largest = 0;
    for (let i = k; i < this.#n; i++) {
      const size = Math.abs(lu[(offsets[i] as number) + k] as number);
      if (!(size <= largest)) {
        best = i;
        largest = size;
      }
    }
    swap(offsets, k, best);
    swap(this.#order, k, best);
    return largest > 0 && largest < Number.POSITIVE_INFINITY;
  }
}

function swap(list: Int32Array, i: number, j: number): void {
  const kept = list[i] as number;
  list[i] = list[j] as number;
  list[j] = kept;
}
