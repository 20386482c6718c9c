import type { OdeProblem } from "./ode.ts";

/* Below this a relative tolerance asks for more than doubles hold. */
const LEAST_TOLERANCE = 100 * Number.EPSILON;

/** The relative tolerance used for the one asked for: never so small that rounding alone would break it. */
export function limitTolerance(tolerance: number): number {
  return Math.max(tolerance, LEAST_TOLERANCE);
}

/** Fills the nominals, as positive numbers; where the problem has none, or no usable one, 1. */
export function readNominals(problem: OdeProblem, nominals: Float64Array): void {
  for (let i = 0; i < nominals.length; i++) {
    const nominal = Math.abs(problem.nominals?.[i] ?? 1);
    nominals[i] = nominal > 0 && nominal < Number.POSITIVE_INFINITY ? nominal : 1;
  }
}

/** Fills the weights 1 / (tolerance * (nominal + |x|)): an error times its weight is allowed to be 1. */
export function fillWeights(
  weights: Float64Array,
  x: Float64Array,
  nominals: Float64Array,
  tolerance: number,
): void {
  for (let i = 0; i < weights.length; i++) {
    weights[i] = 1 / (tolerance * ((nominals[i] as number) + Math.abs(x[i] as number)));
  }
}

/** Root mean square of the weighted values; 0 for none. */
export function weightedNorm(values: Float64Array, weights: Float64Array): number {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const scaled = (values[i] as number) * (weights[i] as number);
    sum += scaled * scaled;
  }
  return n === 0 ? 0 : Math.sqrt(sum / n);
}

/** The index of the largest weighted value; one that is not a number counts as the largest. */
export function findLargest(values: Float64Array, weights: Float64Array): number {
  let largest = -1;
  let index = 0;
  for (let i = 0; i < values.length; i++) {
    const scaled = Math.abs((values[i] as number) * (weights[i] as number));
    if (Number.isNaN(scaled)) return i;
    if (scaled > largest) {
      largest = scaled;
      index = i;
    }
  }
  return index;
}
