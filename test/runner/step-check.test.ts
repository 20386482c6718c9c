import { expect, test } from "vitest";
import type { StoredRecording } from "../../src/runner/recording-file.ts";
import { compareSteps } from "../../src/runner/step-check.ts";

function recording(time: number[], values: number[]): StoredRecording {
  const finite = values.filter(Number.isFinite);
  const extremes = { min: Math.min(...finite), max: Math.max(...finite) };
  const statistics = { ...extremes, minTime: 0, maxTime: 0, mean: 0, final: 0 };
  return {
    ...{ rows: time.length, timeReached: time.at(-1)!, steps: time.length - 1, thinnedBy: 1 },
    statistics: [{ ...statistics, nonFiniteCount: 0, firstNonFiniteTime: null }],
    time: Float64Array.from(time),
    columns: [Float64Array.from(values)],
  };
}

const columns = [{ name: "y", type: "Float64" as const }];

test("compareSteps finds the largest difference, its time, and its share of the range", () => {
  const check = compareSteps(
    columns,
    recording([0, 1, 2], [0, 4, 10]),
    recording([0, 1, 2], [0, 5, 10.5]),
    0.5,
  );
  expect(check).toEqual({ step_size: 0.5, variables: { y: { difference: 1, time: 1, relative: 0.1 } } });
});

test("compareSteps compares what holds after an event, where just one run recorded it", () => {
  const check = compareSteps(
    columns,
    recording([0, 1, 1, 2], [0, 1, 5, 6]),
    recording([0, 1, 2], [0, 5, 6]),
    0.5,
  );
  expect(check.variables.y).toMatchObject({ difference: 0 });
});

test("compareSteps has no relative difference where the range is 0, and leaves out what is no number", () => {
  const constant = compareSteps(columns, recording([0, 1], [2, 2]), recording([0, 1], [2, 3]), 0.5);
  expect(constant.variables.y).toEqual({ difference: 1, time: 1, relative: null });
  const none = compareSteps(columns, recording([0], [Number.NaN]), recording([0], [1]), 0.5);
  expect(none.variables).toEqual({});
});
