import { describe, expect, test } from "vitest";
import { thinRows } from "../../src/analysis/thin-rows.ts";

const column = (values: readonly number[]) => ({
  name: "y",
  unit: undefined,
  values: Float64Array.from(values),
});

describe("thinRows", () => {
  test("keeps a single spike among thousands of rows", () => {
    const values = Array.from({ length: 5_000 }, (_, row) => (row === 3_217 ? 9 : 0));
    expect(thinRows([column(values)], 5_000, 20)).toContain(3_217);
  });

  test("keeps the extremes of every column, the first and the last row, in order and no more than asked for", () => {
    const rising = column(Array.from({ length: 1_000 }, (_, row) => Math.sin(row / 50)));
    const falling = column(Array.from({ length: 1_000 }, (_, row) => (row - 417) ** 2));
    const rows = thinRows([rising, falling], 1_000, 40);
    expect(rows.length).toBeLessThanOrEqual(40);
    expect(rows).toEqual([...rows].sort((a, b) => a - b));
    expect(rows).toEqual(expect.arrayContaining([0, 417, 999]));
    expect(new Set(rows).size).toBe(rows.length);
  });

  test("spreads the rows of a constant column evenly", () => {
    const rows = thinRows([column(Array.from({ length: 100 }, () => 1))], 100, 12);
    expect(rows.length).toBeGreaterThan(8);
    const gaps = rows.slice(1).map((row, index) => row - (rows[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(30);
  });

  test("passes over values that are not finite", () => {
    const values = Array.from({ length: 100 }, (_, row) => (row % 2 === 0 ? Number.NaN : row));
    expect(thinRows([column(values)], 100, 6)).toEqual(expect.arrayContaining([0, 1, 99]));
  });

  test("returns every row of a short table", () => {
    expect(thinRows([column([1, 2, 3])], 3, 3)).toEqual([0, 1, 2]);
  });
});
