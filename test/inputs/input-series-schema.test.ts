import { expect, test } from "vitest";
import { inputSeriesArgument } from "../../src/inputs/input-series-schema.ts";

test("inputSeriesArgument takes a file, or inline columns, with a mapping", () => {
  const file = { file: "in.csv", map: { u: "a" }, interpolation: { u: "hold" }, time_origin: "2026-01-01" };
  expect(inputSeriesArgument.parse(file)).toEqual(file);
  const inline = {
    inline: { time: [0, "2026-01-01"], columns: { u: [1, true, "off"] }, interpolation: { u: "linear" } },
  };
  expect(inputSeriesArgument.parse(inline)).toEqual(inline);
});

test.each([
  { fiel: "in.csv" },
  { inline: { time: [], columns: {} } },
  { inline: { time: [0], columns: { u: [null] } } },
  { interpolation: { u: "cubic" } },
])("inputSeriesArgument refuses %j", (argument) => {
  expect(inputSeriesArgument.safeParse(argument).success).toBe(false);
});
