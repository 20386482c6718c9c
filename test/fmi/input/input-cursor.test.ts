import { describe, expect, test } from "vitest";
import { createInputCursor } from "../../../src/fmi/input/input-cursor.ts";
import type { InputSeries } from "../../../src/fmi/input/input-series.ts";

const TIME = [0, 1, 2, 2, 4];
const SERIES: InputSeries = {
  time: Float64Array.from(TIME),
  columns: new Map([
    ["line", { values: Float64Array.from([0, 10, 20, 50, 70]), interpolation: "linear" }],
    ["held", { values: Float64Array.from([1, 1, 2, 3, 3]), interpolation: "hold" }],
  ]),
};
const LINE = 0;
const HELD = 1;

function cursor(series = SERIES, isDiscrete = false) {
  return createInputCursor(
    series,
    [...series.columns.keys()].map((name) => ({ name, isDiscrete })),
  );
}

describe("InputCursor.valueAt", () => {
  test.each([
    [0, "left", 0, 1],
    [0, "right", 0, 1],
    [0.25, "right", 2.5, 1],
    [1, "left", 10, 1],
    [2, "left", 20, 1],
    [2, "right", 50, 3],
    [3, "left", 60, 3],
    [4, "left", 70, 3],
    [4, "right", 70, 3],
    [-1, "right", 0, 1],
    [9, "right", 70, 3],
  ] as const)("at %d s, %s: %d on the line, %d held", (time, side, line, held) => {
    const inputs = cursor();
    expect(inputs.valueAt(LINE, time, side)).toBe(line);
    expect(inputs.valueAt(HELD, time, side)).toBe(held);
  });

  test("agrees with a fresh cursor wherever time moves, forth, back and far", () => {
    const count = 200;
    const time = Float64Array.from({ length: count }, (_, i) => Math.floor(i / 2));
    const values = Float64Array.from({ length: count }, (_, i) => Math.sin(i));
    const series: InputSeries = { time, columns: new Map([["u", { values, interpolation: "linear" }]]) };
    const moving = cursor(series);
    for (let step = 0; step < 500; step++) {
      const at = (step * 37.25) % 99;
      const side = step % 2 === 0 ? "left" : "right";
      expect(moving.valueAt(0, at, side)).toBe(cursor(series).valueAt(0, at, side));
    }
  });

  test("counts a time within rounding of a time point as that point", () => {
    const series: InputSeries = {
      time: Float64Array.from([0, 0.1 * 3, 0.1 * 3, 1]),
      columns: new Map([["u", { values: Float64Array.from([1, 1, 2, 2]), interpolation: "linear" }]]),
    };
    expect(0.3).toBeLessThan(0.1 * 3);
    expect(cursor(series).valueAt(0, 0.3, "right")).toBe(2);
    expect(cursor(series).valueAt(0, 0.3, "left")).toBe(1);
    expect(cursor(series).nextEventAfter(0.3)).toBe(Number.POSITIVE_INFINITY);
  });

  test("gives a point's own value within rounding of it, however steep the line", () => {
    const at = (time: number[], values: number[]) =>
      cursor({
        time: Float64Array.from(time),
        columns: new Map([["u", { values: Float64Array.from(values), interpolation: "linear" }]]),
      });
    expect(at([0, 0.1 * 3, 1], [0, 3, 3]).valueAt(0, 0.3, "left")).toBe(3);
    expect(at([0, 0.3, 0.31, 1], [0, 3, 1e9, 0]).valueAt(0, 0.1 * 3, "right")).toBe(3);
  });

  test("holds a discrete variable whatever its column says", () => {
    expect(cursor(SERIES, true).valueAt(LINE, 1.5, "right")).toBe(10);
  });

  test("takes a series of one point", () => {
    const series: InputSeries = {
      time: Float64Array.from([0]),
      columns: new Map([["u", { values: Float64Array.from([7]), interpolation: "linear" }]]),
    };
    expect(cursor(series).valueAt(0, 0, "right")).toBe(7);
    expect(cursor(series).derivativeAt(0, 0, "right")).toBe(0);
  });
});

test("InputCursor.derivativeAt is the slope before or after a time, and 0 for what is held or over", () => {
  const inputs = cursor();
  expect(inputs.derivativeAt(LINE, 0.5, "right")).toBe(10);
  expect(inputs.derivativeAt(LINE, 2, "right")).toBe(10);
  expect(inputs.derivativeAt(LINE, 4, "left")).toBe(10);
  expect(inputs.derivativeAt(LINE, 4, "right")).toBe(0);
  expect(inputs.derivativeAt(HELD, 2, "right")).toBe(0);
});

test("InputCursor.readValues and readDerivatives fill a row from an offset on", () => {
  const row = new Float64Array(4).fill(-1);
  cursor().readValues(3, "right", row, 1);
  expect([...row]).toEqual([-1, 60, 3, -1]);
  cursor().readDerivatives(3, "right", row, 2);
  expect([...row]).toEqual([-1, 60, 10, 0]);
});

describe("InputCursor.nextEventAfter", () => {
  test("names jumps only, once each, and infinity after the last", () => {
    const inputs = cursor();
    expect(inputs.nextEventAfter(0)).toBe(2);
    expect(inputs.nextEventAfter(1.999)).toBe(2);
    expect(inputs.nextEventAfter(2)).toBe(Number.POSITIVE_INFINITY);
    expect(inputs.nextEventAfter(0)).toBe(2);
  });

  test("names every change of a held column and none where it stays", () => {
    const series: InputSeries = {
      time: Float64Array.from([0, 1, 2, 3]),
      columns: new Map([["u", { values: Float64Array.from([1, 1, 2, 3]), interpolation: "hold" }]]),
    };
    expect([0, 2, 3].map(cursor(series).nextEventAfter)).toEqual([2, 3, Number.POSITIVE_INFINITY]);
  });

  test("does not take a repeated time without a jump for an event", () => {
    const series: InputSeries = {
      time: Float64Array.from([0, 1, 1, 2]),
      columns: new Map([["u", { values: Float64Array.from([0, 1, 1, 2]), interpolation: "linear" }]]),
    };
    expect(cursor(series).nextEventAfter(0)).toBe(Number.POSITIVE_INFINITY);
    expect(cursor(series).nextBreakpointAfter(0)).toBe(2);
  });
});

test("InputCursor.nextBreakpointAfter names jumps and bends, not points along a straight line", () => {
  const series: InputSeries = {
    time: Float64Array.from([0, 1, 2, 3, 4, 4, 5]),
    columns: new Map([["u", { values: Float64Array.from([0, 1, 2, 2, 2, 5, 5]), interpolation: "linear" }]]),
  };
  const inputs = cursor(series);
  expect(inputs.nextBreakpointAfter(0)).toBe(2);
  expect(inputs.nextBreakpointAfter(2)).toBe(4);
  expect(inputs.nextEventAfter(0)).toBe(4);
  expect(inputs.nextBreakpointAfter(4)).toBe(Number.POSITIVE_INFINITY);
});

test("InputCursor.nextBreakpointAfter takes rounding for no bend", () => {
  const series: InputSeries = {
    time: Float64Array.from([0, 1, 2]),
    columns: new Map([["u", { values: Float64Array.from([0.1, 0.2, 0.3]), interpolation: "linear" }]]),
  };
  expect(0.3 - 0.2).not.toBe(0.2 - 0.1);
  expect(cursor(series).nextBreakpointAfter(0)).toBe(2);
});

test("createInputCursor refuses a variable without a column", () => {
  expect(() => createInputCursor(SERIES, [{ name: "absent", isDiscrete: false }])).toThrow('"absent"');
});
