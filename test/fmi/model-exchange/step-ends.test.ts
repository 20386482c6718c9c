import { describe, expect, test } from "vitest";
import { type FakeModel, fakeModelExchange } from "../../support/fake-model-exchange.ts";
import { exchange } from "../../support/simulate-model-exchange.ts";

const FALLING: FakeModel = { start: [1], derivatives: () => [-1] };

describe.each([1, 2, 3] as const)("simulateModelExchange of FMI %i", (version) => {
  const run = (model: FakeModel, settings: Partial<Parameters<typeof exchange>[1]> = {}) => {
    const fmu = fakeModelExchange(model, version);
    return { fmu, ...exchange(fmu, { outputs: ["x1", "count"], ...settings }) };
  };

  test("a grid point within rounding of an event is that event's: no further row, no step of that length", () => {
    const model: FakeModel = {
      ...FALLING,
      // 0.1 + 0.1 + 0.1 and 0.7999999999999999 are not where the grid's 3 * 0.1 and 8 * 0.1 are.
      updateDiscreteStates: (memory) => {
        memory.count += 1;
        return { nextEventTime: memory.time + 0.1 };
      },
    };
    const { result, recording } = run(model);
    expect(recording.time).toHaveLength(1 + 2 * 10);
    expect(result.events.time).toBe(10);
    expect(recording.time[6]).toBeCloseTo(0.3, 14);
    expect(recording.time.at(-1)).toBe(1);
  });

  test("communication points that are hardly more than rounding apart are each one", () => {
    const startTime = 1.7e9;
    const settings = { startTime, stopTime: startTime + 4e-3, stepSize: 1e-6 };
    const { recording, fmu } = run(FALLING, settings);
    expect(recording.time).toHaveLength(4001);
    expect(recording.time.every((time, row) => row === 0 || time > recording.time[row - 1]!)).toBe(true);
    expect(fmu.violations).toEqual([]);
  });

  test("a time event that is rounding later than a grid point is waited for", () => {
    const at = 0.3000000000000001;
    const early: number[] = [];
    const { result, recording } = run({
      ...FALLING,
      updateDiscreteStates: ({ time }) => {
        if (time > 0 && time < at) early.push(time);
        return time < at ? { nextEventTime: at } : {};
      },
    });
    expect(at).toBeGreaterThan(3 * 0.1);
    expect(early).toEqual([]);
    expect(result.events.time).toBe(1);
    expect(recording.time).toHaveLength(11 + 1);
  });

  test("an FMU that is told of completed steps is told of one at every communication point", () => {
    const completed: number[] = [];
    const { result, recording } = run({
      start: [0],
      derivatives: () => [1],
      completedIntegratorStep: ({ time }) => {
        completed.push(time);
        return {};
      },
    });
    expect(result.end).toBe("completed");
    for (const time of recording.time.slice(1)) expect(completed).toContain(time);
    expect(completed.length).toBeLessThan(20);
  });

  test("events of a model without states are found between communication points", () => {
    const { result } = run(
      {
        start: [],
        derivatives: () => [],
        indicatorCount: 1,
        indicators: ({ time }) => [Math.sin(2 * Math.PI * time) - 0.5],
      },
      { outputs: ["count"], stopTime: 3, stepSize: 1 },
    );
    expect(result.events.state).toBe(6);
  });
});
