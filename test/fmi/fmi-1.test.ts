import { describe, expect, test } from "vitest";
import { simulateFixture } from "../support/simulate-fixture.ts";
import { simulateFixtureExchange } from "../support/simulate-model-exchange.ts";

const start = (values: Record<string, number | string | boolean>) =>
  Object.entries(values).map(([name, value]) => ({ name, values: [value] }));

describe("simulateCoSimulation of FMI 1.0", () => {
  test("passes every type, a Boolean of one byte too, and turns the sign of a negated alias", async () => {
    const { outputs, recording } = await simulateFixture("old-slave-1", {
      startValues: start({ u: 2, i: -7, b: true, s: "Grüße" }),
      outputs: ["y", "minus_y", "i_out", "b_out", "s_out"],
    });
    expect(outputs).toEqual({
      ...{ y: expect.closeTo(2, 12), minus_y: expect.closeTo(-2, 12) },
      ...{ i_out: -7, b_out: true, s_out: "Grüße" },
    });
    expect([...recording.columns[1]!]).toEqual([...recording.columns[0]!].map((value) => -value));
  });

  test("formats what it logs, and names the variables in it", async () => {
    const { messages } = await simulateFixture("old-slave-1", { outputs: ["y"] });
    expect(messages[0]).toMatchObject({
      status: "warning",
      category: "start",
      text: "k is 1.00 in OldSlave",
    });
  });

  test("tries a discarded step again in halves", async () => {
    const { outputs, recording } = await simulateFixture("old-slave-1", {
      startValues: start({ u: 1, most: 0.03 }),
      outputs: ["y"],
    });
    expect(outputs.y).toBeCloseTo(1, 12);
    expect(recording.steps).toBe(40);
  });

  test("sets the slope of a linear input", async () => {
    const columns = new Map([["u", { values: Float64Array.of(0, 1), interpolation: "linear" as const }]]);
    const inputSeries = { time: Float64Array.of(0, 1), columns };
    const { outputs } = await simulateFixture("old-slave-1", { inputSeries, outputs: ["y"] });
    expect(outputs.y).toBeCloseTo(0.5, 12);
  });
});

describe("simulateModelExchange of FMI 1.0", () => {
  const settings = { outputs: ["x", "bounces"], stepSize: 0.01, tolerance: 1e-8 };

  test("integrates, and handles a time event with states that it changes", async () => {
    const { recording, column, result } = await simulateFixtureExchange("old-model-1", settings);
    const before = [...recording.time].indexOf(0.5);
    expect(recording.time[before + 1]).toBe(0.5);
    expect(column("x")[before]).toBeCloseTo(Math.exp(-0.5), 7);
    expect(column("x")[before + 1]).toBe(1);
    expect(column("x").at(-1)).toBeCloseTo(Math.exp(-0.5), 7);
    expect(result.events).toMatchObject({ time: 1, state: 0 });
  });

  test("locates state events", async () => {
    const startValues = start({ low: 0.5, k: 10 });
    const { recording, column, result } = await simulateFixtureExchange("old-model-1", {
      ...{ ...settings, startValues, stopTime: 0.4 },
    });
    const pairs = [...recording.time].filter((time, row) => time === recording.time[row - 1]);
    expect(result.events.state).toBe(5);
    pairs.forEach((time, index) => {
      expect(time).toBeCloseTo(((index + 1) * Math.log(2)) / 10, 6);
    });
    expect(column("bounces").at(-1)).toBe(5);
  });

  test("takes the end that the FMU asks for as a normal one", async () => {
    const { result, recording } = await simulateFixtureExchange("old-model-1", {
      ...{ ...settings, startValues: start({ end: 0.75 }) },
    });
    expect(result.end).toBe("terminated_by_fmu");
    expect(recording.timeReached).toBe(0.75);
  });
});
