import { describe, expect, test } from "vitest";
import { findSettling } from "../../src/analysis/settling.ts";

const time = Float64Array.from({ length: 101 }, (_, row) => row);

describe("findSettling", () => {
  test("finds since when an exponential decay is within 1 % of its range", () => {
    const values = time.map((t) => Math.exp(-t / 10));
    const { settled, since } = findSettling(time, values);
    expect(settled).toBe(true);
    expect(Math.abs((since ?? 0) - 10 * Math.log(100))).toBeLessThan(1);
  });

  test("does not take an oscillation for rest", () => {
    expect(
      findSettling(
        time,
        time.map((t) => Math.sin(t)),
      ),
    ).toEqual({ settled: false, since: null });
  });

  test("takes a constant as settled from the start", () => {
    expect(
      findSettling(
        time,
        time.map(() => 3),
      ),
    ).toEqual({ settled: true, since: 0 });
  });

  test("does not settle where the last value is no number", () => {
    expect(
      findSettling(
        time,
        time.map((t) => (t === 100 ? Number.NaN : 0)),
      ).settled,
    ).toBe(false);
  });
});
