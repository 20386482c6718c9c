import { describe, expect, test } from "vitest";
import type { DefaultExperiment } from "../../src/fmi/description/model-description.ts";
import { planTimes, type TimeRequest } from "../../src/simulation/plan-times.ts";
import { catchToolError } from "../support/catch-tool-error.ts";

const NONE: DefaultExperiment = {
  startTime: undefined,
  stopTime: undefined,
  tolerance: undefined,
  stepSize: undefined,
};

const plan = (request: TimeRequest, experiment: Partial<DefaultExperiment> = {}) =>
  planTimes({ ...NONE, ...experiment }, request);

describe("planTimes settles", () => {
  test("0 to 1 s in 500 steps where nothing says otherwise", () => {
    const times = plan({});
    expect(times.start_time.value).toBe(0);
    expect(times.stop_time.value).toBe(1);
    expect(times.step_size).toEqual({ value: 1 / 500, from: "500 steps over the run" });
    expect(times.output_interval).toEqual({ value: 1 / 500, from: "the step size" });
  });

  test("the default experiment where the caller is silent", () => {
    const times = plan({ stop_time: 20 }, { startTime: 10, stopTime: 12, stepSize: 0.5 });
    expect(times.start_time).toEqual({ value: 10, from: "default experiment" });
    expect(times.stop_time).toEqual({ value: 20, from: "given" });
    expect(times.step_size).toEqual({ value: 0.5, from: "default experiment" });
  });

  test("a step that divides the run where the FMU takes steps of one size, and refuses another", async () => {
    const experiment = { ...NONE, stopTime: 1, stepSize: 0.3 };
    expect(planTimes(experiment, {}, true).step_size).toEqual({ value: 0.25, from: "fitted to the run" });
    expect(planTimes(experiment, {}, false).step_size.value).toBe(0.3);
    const error = await catchToolError(() => planTimes(experiment, { step_size: 0.3 }, true));
    expect(error).toMatchObject({ code: "invalid_argument", remedy: "Give a `step_size` of 0.25 s." });
  });

  test("one second after a start that is given alone", () => {
    expect(plan({ start_time: 5 }).stop_time.value).toBe(6);
  });

  test("500 steps where the default experiment has no usable step size", () => {
    for (const stepSize of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(plan({ stop_time: 5 }, { stepSize }).step_size.value).toBe(0.01);
  });

  test("an output interval that is a whole multiple of the step size, but for rounding", () => {
    expect(plan({ step_size: 0.1, output_interval: 0.3 }).output_interval).toEqual({
      value: 0.3,
      from: "given",
    });
    expect(plan({ output_interval: 0.01 }).step_size.value).toBe(1 / 500);
  });

  test("a step size of its own choice that fits the output interval", () => {
    const times = plan({ output_interval: 0.3 }, { stepSize: 0.2 });
    expect(times.step_size).toEqual({ value: 0.15, from: "fitted to the output interval" });
    expect(plan({ output_interval: 0.05 }, { stepSize: 0.2 }).step_size.value).toBe(0.05);
  });

  test("exactly 10,000,000 points", () => {
    expect(plan({ stop_time: 9_999_999, step_size: 1 }).step_size.value).toBe(1);
  });
});

describe("planTimes refuses", () => {
  test.each<[string, TimeRequest, RegExp]>([
    ["a stop before the start", { start_time: 2, stop_time: 1 }, /after the start time/],
    ["a run of no length", { start_time: 1, stop_time: 1 }, /after the start time/],
    ["an endless run", { stop_time: Number.POSITIVE_INFINITY }, /finite/],
    ["a length beyond all numbers", { start_time: -1e308, stop_time: 1e308 }, /finite/],
    ["no step", { step_size: 0 }, /step_size 0 s/],
    ["a negative step", { step_size: -0.1 }, /step_size -0.1 s/],
    ["a step that is no number", { step_size: Number.NaN }, /step_size NaN/],
    ["an endless step", { step_size: Number.POSITIVE_INFINITY }, /finite/],
    ["no output interval", { output_interval: 0 }, /output_interval 0 s/],
    ["an interval that is no multiple", { step_size: 0.2, output_interval: 0.3 }, /no whole multiple/],
    ["an interval below the step", { step_size: 0.2, output_interval: 0.1 }, /no whole multiple/],
    ["too many points", { stop_time: 10_000_000, step_size: 1 }, /10000001 points .* limit is 10000000/],
  ])("%s", async (_, request, why) => {
    const error = await catchToolError(() => plan(request));
    expect(error.code).toBe("invalid_argument");
    expect(error.message).toMatch(why);
  });

  test("a given start after the default experiment's stop, saying where that comes from", async () => {
    const { message } = await catchToolError(() => plan({ start_time: 20 }, { stopTime: 10 }));
    expect(message).toContain("20 s (given) to 10 s (default experiment)");
  });

  test("too many points of a default experiment, but takes them at a larger interval", async () => {
    const experiment = { stopTime: 1e6, stepSize: 1e-3 };
    const { remedy } = await catchToolError(() => plan({}, experiment));
    expect(remedy).toContain("`output_interval`");
    expect(plan({ output_interval: 1 }, experiment).step_size.value).toBe(1e-3);
  });
});
