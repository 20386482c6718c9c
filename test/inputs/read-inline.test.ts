import { expect, test } from "vitest";
import { readInlineInputs } from "../../src/inputs/read-inline.ts";
import { catchToolError } from "../support/catch-tool-error.ts";

const AT_ZERO = { startTime: 0 };

test("readInlineInputs reads times, units, booleans and interpolation", () => {
  const inline = {
    time: [0, 1, 1],
    columns: { "T_out [degC]": [1, 2, 3], on: [true, false, true] },
    interpolation: { T_out: "hold" as const },
  };
  const { time, columns } = readInlineInputs(inline, AT_ZERO);
  expect([...time]).toEqual([0, 1, 1]);
  expect(columns.get("T_out")).toMatchObject({
    values: Float64Array.from([1, 2, 3]),
    unit: "degC",
    interpolation: "hold",
  });
  expect([...(columns.get("on")?.values ?? [])]).toEqual([1, 0, 1]);
});

test("readInlineInputs reads numbers in text, and leaves words to the variable that they are for", () => {
  const inline = { time: [0, 1, 2], columns: { u: ["1.5", "true", "2e3"], mode: ["off", 2, "off"] } };
  const { columns } = readInlineInputs(inline, AT_ZERO);
  expect(columns.get("u")).toMatchObject({ values: Float64Array.of(1.5, 1, 2000), words: undefined });
  const { words, values } = columns.get("mode")!;
  expect([...values]).toEqual([Number.NaN, 2, Number.NaN]);
  expect(words?.problem.message).toContain('value 1 of the column "mode" is "off", no number');
  expect(words?.replaceIn(values, new Map([["off", 7]]))).toEqual(Float64Array.of(7, 2, 7));
});

test("readInlineInputs reads dates", () => {
  const inline = { time: ["2026-01-01T00:00", "2026-01-01T01:00"], columns: { u: [1, 2] } };
  expect([...readInlineInputs(inline, { startTime: 5 }).time]).toEqual([5, 3605]);
});

test.each([
  [{ time: [], columns: {} }, "no times"],
  [{ time: [0, 1], columns: { u: [1] } }, '"u" has 1 values for 2 times'],
  [{ time: [0, 1], columns: { u: [1, Number.NaN] } }, 'value 2 of the column "u" is NaN'],
  [{ time: [1, 0], columns: { u: [1, 2] } }, "time 2: the time goes back"],
  [{ time: [0, "x"], columns: { u: [1, 2] } }, 'time 2: "x" is no time'],
  [{ time: [0], columns: { "u [K]": [1], "u [degC]": [1] } }, '"u" is there twice'],
  [{ time: [0], columns: { u: [1] }, interpolation: { v: "hold" as const } }, '"v", which is no column'],
])("readInlineInputs refuses %j", async (inline, words) => {
  const error = await catchToolError(() => readInlineInputs(inline, AT_ZERO));
  expect(error.code).toBe("invalid_argument");
  expect(error.message).toContain(words);
});
