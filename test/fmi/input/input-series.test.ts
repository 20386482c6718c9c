import { describe, expect, test } from "vitest";
import { checkInputSeries, type InputSeries, trimInputSeries } from "../../../src/fmi/input/input-series.ts";
import { catchToolError } from "../../support/catch-tool-error.ts";

function series(time: number[], values: number[], interpolation: "hold" | "linear" = "linear"): InputSeries {
  const column = { values: Float64Array.from(values), interpolation };
  return { time: Float64Array.from(time), columns: new Map([["u", column]]) };
}

const RUN = { startTime: 0, stopTime: 10 };

describe("checkInputSeries", () => {
  test("takes a series that covers the run, with a jump in it", () => {
    checkInputSeries(series([0, 5, 5, 10], [1, 2, 3, 4]), RUN);
  });

  test("takes a last time that rounding left below the stop time", () => {
    checkInputSeries(series([0, 0.1 * 3 - 1e-17], [1, 2]), { startTime: 0, stopTime: 0.30000000000000004 });
  });

  test.each([
    ["out_of_range", [0, 5], [1, 2]],
    ["out_of_range", [1, 10], [1, 2]],
    ["invalid_argument", [0, 5, 4, 10], [1, 2, 3, 4]],
    ["invalid_argument", [0, 5, 10], [1, 2]],
    ["invalid_argument", [0, 5, 10], [1, Number.NaN, 2]],
    ["invalid_argument", [0, Number.NaN, 10], [1, 2, 3]],
    ["invalid_argument", [], []],
  ] as const)("refuses with %s: times %j, values %j", async (code, time, values) => {
    const error = await catchToolError(() => checkInputSeries(series([...time], [...values]), RUN));
    expect(error.code).toBe(code);
  });

  test("names both ranges where the series is shorter than the run", async () => {
    const error = await catchToolError(() => checkInputSeries(series([0, 5], [1, 2]), RUN));
    expect(error.message).toContain("0 s to 5 s");
    expect(error.message).toContain("0 s to 10 s");
  });
});

describe("trimInputSeries", () => {
  const long = series([0, 1, 2, 2, 3, 4, 5], [0, 1, 2, 20, 3, 4, 5]);

  test.each([
    [{ startTime: 1.5, stopTime: 2.5 }, [1, 2, 2, 3]],
    [{ startTime: 2, stopTime: 4 }, [2, 3, 4]],
    [{ startTime: 0.5, stopTime: 2 }, [0, 1, 2, 2]],
    [{ startTime: 0, stopTime: 5 }, [0, 1, 2, 2, 3, 4, 5]],
    [{ startTime: 3, stopTime: 3 }, [3]],
  ])("cuts to %j", (run, time) => {
    const cut = trimInputSeries(long, run);
    expect([...cut.time]).toEqual(time);
    expect(cut.columns.get("u")?.values).toHaveLength(time.length);
  });

  test("keeps the value from a jump on where the run starts there", () => {
    expect(trimInputSeries(long, { startTime: 2, stopTime: 4 }).columns.get("u")?.values[0]).toBe(20);
  });
});
