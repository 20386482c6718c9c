import { expect, test } from "vitest";
import type { InputInterpolation } from "../../../src/fmi/input/input-series.ts";
import { findJumpBetweenPoints } from "../../../src/fmi/input/jump-between-points.ts";
import { planModel } from "../../support/plan-model.ts";

function find(
  time: number[],
  columns: Record<string, { values: number[]; interpolation: InputInterpolation }>,
  stepSize = 0.1,
) {
  const entries = Object.entries(columns).map(
    ([key, { values, interpolation }]) =>
      [key, { values: Float64Array.from(values), interpolation }] as const,
  );
  const series = { time: Float64Array.from(time), columns: new Map(entries) };
  return findJumpBetweenPoints(planModel(), series, { startTime: 0, stopTime: 1, stepSize });
}

test("an input that jumps between two points is found, with a step that meets all jumps", () => {
  const temperature = { values: [0, 1, 1, 1], interpolation: "hold" as const };
  const small = { values: [0, 0, 0, 1], interpolation: "hold" as const };
  expect(find([0, 0.55, 0.62, 1], { temperature })).toEqual({
    key: "temperature",
    time: 0.55,
    fitting: 0.05,
  });
  expect(find([0, 0.55, 0.625, 1], { small: { ...small, values: [0, 0, 1, 1] }, temperature })).toEqual({
    ...{ key: "small", time: 0.625, fitting: 0.025 },
  });
  expect(find([0, 0.5, 0.6, 1], { temperature, small })).toBeUndefined();
});

test("a jump whose time no step near meets has none that fits", () => {
  const temperature = { values: [0, 1, 1], interpolation: "hold" as const };
  expect(find([0, Math.PI / 10, 1], { temperature })).toMatchObject({ fitting: undefined });
});

test("a bend is no jump, a whole number jumps whatever its interpolation", () => {
  const line = { values: [0, 1, 1], interpolation: "linear" as const };
  expect(find([0, 0.55, 1], { temperature: line })).toBeUndefined();
  expect(find([0, 0.55, 1], { int_in: line })).toMatchObject({ key: "int_in", time: 0.55 });
});
