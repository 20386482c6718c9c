import { describe, expect, test } from "vitest";
import { compareSeries } from "../../src/analysis/compare-series.ts";

const curve = (time: readonly number[], values: readonly number[]) => ({
  time: Float64Array.from(time),
  values: Float64Array.from(values),
});

describe("compareSeries", () => {
  test("compares two straight lines of different grids on a common one", () => {
    const difference = compareSeries(curve([0, 1, 2], [0, 1, 2]), curve([0, 0.5, 2], [0, 1, 4]));
    expect(difference).toMatchObject({ largest: 2, time: 2 });
    // The difference is t on [0, 2]: the mean of t^2 is 4/3.
    expect(difference?.rms).toBeCloseTo(Math.sqrt(4 / 3), 12);
  });

  test("finds nothing between a curve and itself, jumps included", () => {
    const jump = curve([0, 1, 1, 2], [0, 0, 5, 5]);
    expect(compareSeries(jump, jump)).toEqual({ largest: 0, time: 0, rms: 0 });
  });

  test("sees a jump that the other does not have", () => {
    const difference = compareSeries(curve([0, 1, 1, 2], [0, 0, 5, 5]), curve([0, 2], [0, 0]));
    expect(difference).toMatchObject({ largest: 5, time: 1 });
    expect(difference?.rms).toBeCloseTo(Math.sqrt(12.5), 12);
  });

  test("compares only the time that both cover", () => {
    expect(compareSeries(curve([0, 4], [0, 4]), curve([1, 2], [1, 2]))?.largest).toBe(0);
    expect(compareSeries(curve([0, 1], [0, 1]), curve([2, 3], [0, 1]))).toBeNull();
  });

  test("is null where a value is not finite", () => {
    expect(compareSeries(curve([0, 1], [0, Number.NaN]), curve([0, 1], [0, 1]))).toBeNull();
  });
});
