import { describe, expect, test } from "vitest";
import { planTimes } from "../../src/runner/plan-times.ts";

const NONE = { startTime: undefined, stopTime: undefined, tolerance: undefined, stepSize: undefined };
const any = { canHandleVariableCommunicationStepSize: true };
const constant = { canHandleVariableCommunicationStepSize: false };

describe("planTimes", () => {
  test("without anything given: 0 to 1 s in 500 steps", () => {
    expect(planTimes({ simulation_config: {} }, NONE, any)).toMatchObject({
      ...{ startTime: 0, stopTime: 1, stepSize: 1 / 500, stepsPerPoint: 1 },
    });
  });

  test("takes the default experiment", () => {
    const experiment = { ...NONE, startTime: 1, stopTime: 5, stepSize: 0.5 };
    expect(planTimes({ simulation_config: {} }, experiment, any)).toMatchObject({
      ...{ startTime: 1, stopTime: 5, stepSize: 0.5 },
    });
  });

  test("what is given wins", () => {
    const config = { start_time: 0, stop_time: 2, step_size: 0.25 };
    const experiment = { ...NONE, startTime: 1, stopTime: 5, stepSize: 0.5 };
    expect(planTimes({ simulation_config: config, output_interval: 0.5 }, experiment, any)).toMatchObject({
      ...{ startTime: 0, stopTime: 2, stepSize: 0.25, stepsPerPoint: 2 },
    });
  });

  test("fits a default step to the run where the FMU demands steps of one size", () => {
    const experiment = { ...NONE, stopTime: 1, stepSize: 0.3 };
    expect(planTimes({ simulation_config: {} }, experiment, constant)).toMatchObject({ stepSize: 0.25 });
  });

  test("refuses a given step that does not divide the run there, and names one that does", () => {
    expect(planTimes({ simulation_config: { step_size: 0.3 } }, NONE, constant)).toEqual({
      problem: expect.stringContaining("take step_size 0.25 s"),
    });
    expect(planTimes({ simulation_config: { step_size: 0.3 } }, NONE, any)).toMatchObject({ stepSize: 0.3 });
  });

  test("an output interval makes a long run fit", () => {
    const config = { stop_time: 100, step_size: 1e-6 };
    expect(planTimes({ simulation_config: config, output_interval: 1e-3 }, NONE, any)).toMatchObject({
      stepsPerPoint: 1000,
    });
  });
});
