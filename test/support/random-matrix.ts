import type { ColumnMatrix } from "../../src/fmi/solver/colouring.ts";

/** Numbers from 0 to 1, the same for the same seed. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** For each of n rows, up to so many columns. */
export function randomPattern(n: number, perRow: number, random: () => number): number[][] {
  return Array.from({ length: n }, () => Array.from({ length: perRow }, () => Math.floor(random() * n)));
}

/** The matrix as rows of numbers, zeros without sign. */
export function toDense({ n, starts, rows, values }: ColumnMatrix): number[][] {
  const dense = Array.from({ length: n }, () => Array<number>(n).fill(0));
  for (let j = 0; j < n; j++) {
    for (let at = starts[j]!; at < starts[j + 1]!; at++) dense[rows[at]!]![j] = values[at]! + 0;
  }
  return dense;
}
