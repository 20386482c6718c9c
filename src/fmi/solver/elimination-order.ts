import type { ColumnMatrix } from "./colouring.ts";

/**
 * An order of the columns that keeps fill-in low: minimum degree on the graph of the pattern and its transpose. Eliminates
 * on explicit neighbour sets, which is slow beside a quotient graph and short; it happens once a run.
 */
export function orderByMinimumDegree(matrix: ColumnMatrix): Int32Array {
  const { n, starts, rows } = matrix;
  const neighbours = Array.from({ length: n }, () => new Set<number>());
  for (let j = 0; j < n; j++) {
    for (let at = starts[j] as number; at < (starts[j + 1] as number); at++) {
      const i = rows[at] as number;
      if (i === j) continue;
      neighbours[i]?.add(j);
      neighbours[j]?.add(i);
    }
  }
  const queue = new DegreeQueue(neighbours);
  const order = new Int32Array(n);
  for (let k = 0; k < n; k++) {
    const pivot = queue.take();
    order[k] = pivot;
    const clique = neighbours[pivot] ?? new Set();
    for (const a of clique) {
      const around = neighbours[a];
      if (around === undefined) continue;
      around.delete(pivot);
      for (const b of clique) if (b !== a) around.add(b);
      queue.update(a);
    }
    clique.clear();
  }
  return order;
}

/* Nodes in lists by degree; an entry whose node has moved on is skipped when met. */
class DegreeQueue {
  readonly #neighbours: Set<number>[];
  readonly #buckets: number[][];
  readonly #taken: Uint8Array;
  #least = 0;

  constructor(neighbours: Set<number>[]) {
    this.#neighbours = neighbours;
    this.#buckets = Array.from({ length: neighbours.length + 1 }, () => []);
    this.#taken = new Uint8Array(neighbours.length);
    for (let node = neighbours.length - 1; node >= 0; node--) this.update(node);
  }

  update(node: number): void {
    const degree = this.#degree(node);
    this.#buckets[degree]?.push(node);
    if (degree < this.#least) this.#least = degree;
  }

  take(): number {
    for (;;) {
      const node = this.#buckets[this.#least]?.pop();
      if (node === undefined) this.#least += 1;
      else if (this.#taken[node] === 0 && this.#degree(node) === this.#least) {
        this.#taken[node] = 1;
        return node;
      }
    }
  }

  #degree(node: number): number {
    return this.#neighbours[node]?.size ?? 0;
  }
}
