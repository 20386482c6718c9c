import { expect, test } from "vitest";
import {
  fillWeights,
  findLargest,
  limitTolerance,
  readNominals,
  weightedNorm,
} from "../../../src/fmi/solver/error-scale.ts";

test("fillWeights allows an error of tolerance * (nominal + |x|)", () => {
  const weights = new Float64Array(2);
  fillWeights(weights, Float64Array.of(0, -300), Float64Array.of(2, 100), 1e-3);
  expect(1 / weights[0]!).toBeCloseTo(0.002, 12);
  expect(1 / weights[1]!).toBeCloseTo(0.4, 12);
  expect(weightedNorm(Float64Array.of(0.002, 0.4), weights)).toBeCloseTo(1, 12);
});

test("readNominals takes magnitudes, and 1 for what is no magnitude", () => {
  const nominals = new Float64Array(5);
  const given = Float64Array.of(-5, 0, Number.NaN, Number.POSITIVE_INFINITY);
  readNominals({ n: 5, rhs: () => {}, nominals: given }, nominals);
  expect([...nominals]).toEqual([5, 1, 1, 1, 1]);
});

test("findLargest prefers what is not a number", () => {
  const weights = Float64Array.of(1, 10, 1);
  expect(findLargest(Float64Array.of(5, -1, 3), weights)).toBe(1);
  expect(findLargest(Float64Array.of(5, -1, Number.NaN), weights)).toBe(2);
});

test("limitTolerance stays above rounding, and weightedNorm of nothing is 0", () => {
  expect(limitTolerance(0)).toBeGreaterThan(1e-15);
  expect(limitTolerance(1e-6)).toBe(1e-6);
  expect(weightedNorm(new Float64Array(0), new Float64Array(0))).toBe(0);
});
