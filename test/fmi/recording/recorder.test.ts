import { describe, expect, test } from "vitest";
import { createRecorder, readRecording, recordingBytes } from "../../../src/fmi/recording/recorder.ts";

function record(samples: [time: number, value: number, keep?: boolean][], capacity = samples.length) {
  const memory = new ArrayBuffer(recordingBytes(1, capacity));
  const recorder = createRecorder(1, capacity, memory);
  for (const [time, value, keep = true] of samples) recorder.sample(time, Float64Array.of(value), keep);
  return readRecording(memory, 1, capacity);
}

describe("createRecorder", () => {
  test("weights the mean by time", () => {
    const { statistics } = record([
      [0, 0],
      [1, 2],
      [4, 2],
    ]);
    expect(statistics[0]).toMatchObject({
      mean: (1 + 6) / 4,
      min: 0,
      minTime: 0,
      max: 2,
      maxTime: 1,
      final: 2,
    });
  });

  test("takes samples that are not kept into the statistics", () => {
    const { time, statistics, steps } = record([
      [0, 1],
      [1, 9, false],
      [2, 1],
    ]);
    expect([...time]).toEqual([0, 2]);
    expect(statistics[0]).toMatchObject({ max: 9, maxTime: 1 });
    expect(steps).toBe(2);
  });

  test("leaves values that are no numbers out of everything but their count", () => {
    const { statistics } = record([
      [0, Number.NaN],
      [1, 5],
      [2, 7],
      [3, Number.POSITIVE_INFINITY],
    ]);
    expect(statistics[0]).toMatchObject({
      ...{ min: 5, minTime: 1, max: 7, maxTime: 2, mean: 6 },
      ...{ nonFiniteCount: 2, firstNonFiniteTime: 0, final: Number.POSITIVE_INFINITY },
    });
  });

  test("has null where no finite sample was seen", () => {
    const { statistics } = record([[0, Number.NaN]]);
    expect(statistics[0]).toMatchObject({ min: null, max: null, mean: null, minTime: null });
  });

  test("the mean of a run of no length is the value itself", () => {
    expect(record([[3, 4]]).statistics[0]).toMatchObject({ mean: 4, min: 4, max: 4, final: 4 });
  });

  test("a recording that was never begun has no rows", () => {
    const { time, statistics } = record([]);
    expect(time).toHaveLength(0);
    expect(statistics[0]).toMatchObject({ final: null, nonFiniteCount: 0 });
  });
});
