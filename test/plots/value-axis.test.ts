import { expect, test } from "vitest";
import { valueAxis } from "../../src/plots/value-axis.ts";

const of = (...values: number[]) => valueAxis([Float64Array.from(values)], 5);

test("valueAxis leaves room around what it spans", () => {
  const { domain } = of(0, 1);
  expect(domain[0]).toBeLessThan(0);
  expect(domain[0]).toBeGreaterThan(-0.1);
  expect(domain[1]).toBeGreaterThan(1);
});

test.each([
  [0, 0],
  [5, 5],
  [1e-310, 1e-310],
  [273.15, 273.15000000000003],
])("valueAxis spans something around a constant, %d to %d", (from, to) => {
  const { domain, ticks } = of(from, to);
  expect(domain[0]).toBeLessThan(from);
  expect(domain[1]).toBeGreaterThan(to);
  expect(new Set(ticks.map(({ text }) => text)).size).toBe(ticks.length);
});

test("valueAxis passes over what is not finite", () => {
  const { domain } = of(Number.NaN, 2, Number.POSITIVE_INFINITY, 3);
  expect(domain[0]).toBeGreaterThan(1.9);
  expect(domain[1]).toBeLessThan(3.1);
});

test("valueAxis has ticks where there is no value at all", () => {
  expect(of(Number.NaN).ticks.length).toBeGreaterThan(1);
});

test("valueAxis spans the whole range of float64", () => {
  const { domain } = of(-1e308, 1e308);
  expect(domain.every(Number.isFinite)).toBe(true);
});

test("valueAxis writes large and small numbers short", () => {
  expect(of(0, 2e8).ticks.map(({ text }) => text)).toEqual(["0", "5e7", "1e8", "1.5e8", "2e8"]);
  expect(of(0, 2e-6).ticks.map(({ text }) => text)).toEqual(["0", "5e-7", "1e-6", "1.5e-6", "2e-6"]);
  expect(of(0, 10_000).ticks.map(({ text }) => text)).toContain("10,000");
});
