import { expect, test } from "vitest";
import { thinCurve } from "../../src/plots/thin-curve.ts";

const ROWS = 100_000;
const time = Float64Array.from({ length: ROWS }, (_, row) => row);

test("thinCurve keeps every row of a short curve", () => {
  const short = { time: time.subarray(0, 9), values: time.subarray(0, 9) };
  expect(thinCurve(short, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test("thinCurve keeps ends, peaks and rising order of a long curve", () => {
  const values = time.map((_, row) => Math.sin(row / 1000));
  values[33_333] = 9;
  values[66_666] = -9;
  const rows = thinCurve({ time, values }, 500);
  expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b));
  expect(rows.length).toBeLessThanOrEqual(2000);
  expect(rows).toEqual(expect.arrayContaining([0, 33_333, 66_666, ROWS - 1]));
});

test("thinCurve keeps both rows of a jump in one pixel column", () => {
  const jumping = time.slice();
  jumping[50_001] = 50_000;
  const values = time.map((_, row) => (row <= 50_000 ? 0 : 1));
  const rows = thinCurve({ time: jumping, values }, 500);
  const kept = rows.map((row) => [jumping[row], values[row]]);
  const before = kept.findLast(([, value]) => value === 0);
  const after = kept.find(([, value]) => value === 1);
  expect(after?.[0] as number).toBeLessThanOrEqual((before?.[0] as number) + ROWS / 500);
});

test("thinCurve keeps a row of each gap, wherever it begins", () => {
  const values = time.map(() => 1);
  for (const row of [0, 777, 40_000]) values[row] = Number.NaN;
  const rows = thinCurve({ time, values }, 500);
  expect(rows).toEqual(expect.arrayContaining([0, 777, 40_000]));
});

test("thinCurve keeps the extremes of a column that begins with a gap", () => {
  const values = Float64Array.from([Number.NaN, 1, 5, -5, 2, 3, 4, 1, 2, 3]);
  const rows = thinCurve({ time: time.subarray(0, 10), values }, 1);
  expect(rows).toEqual([0, 2, 3, 9]);
});

test("thinCurve takes a curve that stands at one time", () => {
  const still = new Float64Array(100);
  expect(thinCurve({ time: still, values: time.subarray(0, 100) }, 10)).toEqual([0, 99]);
});
