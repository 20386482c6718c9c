import { describe, expect, test } from "vitest";
import { checkLimits } from "../../src/analysis/check-limits.ts";
import type { Series } from "../../src/analysis/series.ts";

/** A triangle from 290 K up to 310 K at 10 s and down again at 20 s. */
const triangle: Series = {
  time: Float64Array.of(0, 10, 20),
  columns: [
    { name: "T", unit: "K", values: Float64Array.of(290, 310, 290) },
    { name: "count", unit: undefined, values: Float64Array.of(0, 1, 2) },
  ],
};

describe("checkLimits", () => {
  test("finds crossing, time beyond and worst value between recorded points", () => {
    const [outcome] = checkLimits(triangle, { T: { max: 300 } });
    expect(outcome).toMatchObject({
      met: false,
      first_crossing: 5,
      seconds_beyond: 10,
      worst: 310,
      worst_time: 10,
    });
  });

  test("takes a limit in another unit, and tells the worst value in it", () => {
    const [outcome] = checkLimits(triangle, { T: { max: "26.85 degC" } });
    expect(outcome).toMatchObject({ limit: 26.85, unit: "degC", met: false, first_crossing: 5 });
    expect(outcome?.worst).toBeCloseTo(36.85, 9);
  });

  test("tells a lower limit by the least value", () => {
    const [outcome] = checkLimits(triangle, { T: { min: 285 } });
    expect(outcome).toMatchObject({
      met: true,
      first_crossing: null,
      seconds_beyond: 0,
      worst: 290,
      worst_time: 0,
    });
  });

  test("takes a jump as no time", () => {
    const step: Series = {
      time: Float64Array.of(0, 5, 5, 10),
      columns: [{ name: "y", unit: undefined, values: Float64Array.of(0, 0, 2, 2) }],
    };
    expect(checkLimits(step, { y: { max: 1 } })[0]).toMatchObject({ first_crossing: 5, seconds_beyond: 5 });
  });

  test("does not say that a limit is kept where values are not finite", () => {
    const broken: Series = {
      time: Float64Array.of(0, 1, 2),
      columns: [{ name: "y", unit: undefined, values: Float64Array.of(0, Number.NaN, 0) }],
    };
    expect(checkLimits(broken, { y: { max: 1 } })[0]).toMatchObject({ met: null, worst: 0 });
  });

  test("refuses what it cannot read, naming the next step", () => {
    expect(() => checkLimits(triangle, { T: { max: "warm" } })).toThrow(/limit "warm" of "T"/);
    expect(() => checkLimits(triangle, { T: {} })).toThrow(/"T": its limit has neither min nor max/);
    expect(() => checkLimits(triangle, { T: { max: "3 kg" } })).toThrow(/kg/);
    expect(() => checkLimits(triangle, { count: { max: "3 kg" } })).toThrow(/has no unit/);
    expect(() => checkLimits(triangle, { counts: { max: 3 } })).toThrow(/Cannot find "counts"/);
  });
});
