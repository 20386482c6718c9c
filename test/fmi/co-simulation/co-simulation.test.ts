import { describe, expect, test } from "vitest";
import type { FmuLogMessage } from "../../../src/fmi/instance.ts";
import { simulateFixture } from "../../support/simulate-fixture.ts";

/** Impact times of a ball dropped from 1 m, from the closed form: t0 = sqrt(2h/g), then 2 v e^k / g each. */
function impactTimes(count: number, g = 9.81, e = 0.7): number[] {
  const fall = Math.sqrt(2 / g);
  const times = [fall];
  let speed = g * fall;
  while (times.length < count) {
    speed *= e;
    times.push((times.at(-1) ?? 0) + (2 * speed) / g);
  }
  return times;
}

describe.each([2, 3])("simulateCoSimulation of FMI %i", (version) => {
  test("locates the first ten bounces within 1e-9 s of the closed form", async () => {
    const { recording, columns, end } = await simulateFixture(`bouncing-ball-${version}`, {
      outputs: ["h", "v", "bounce_time", "bounces"],
      stopTime: 2.5,
      stepSize: 1e-3,
    });
    expect(end).toBe("completed");
    const column = (name: string) => recording.columns[columns.findIndex((each) => each.name === name)]!;
    const seen = [...new Set(column("bounce_time"))].filter((time) => time > 0);
    const expected = impactTimes(10);
    expected.forEach((time, index) => {
      expect(Math.abs(seen[index]! - time)).toBeLessThan(1e-9);
    });
    const fall = (time: number) => 1 - 0.5 * 9.81 * time * time;
    expect(column("h")[300]).toBeCloseTo(fall(0.3), 12);
    expect(Math.min(...column("h"))).toBeGreaterThanOrEqual(0);
  });

  test("computes the grid: no time is off by accumulated rounding, and the last point is the stop time", async () => {
    const { recording } = await simulateFixture(`van-der-pol-${version}`, {
      outputs: ["x0"],
      stopTime: 0.95,
      stepSize: 0.1,
    });
    expect([...recording.time]).toEqual([0, 0.1, 0.2, 3 * 0.1, 0.4, 0.5, 6 * 0.1, 7 * 0.1, 0.8, 0.9, 0.95]);
    expect(recording.steps).toBe(10);
  });

  test("carries Van der Pol's oscillator through 200,000 steps to its known value", async () => {
    const { outputs, recording } = await simulateFixture(`van-der-pol-${version}`, {
      outputs: ["x0"],
      stopTime: 2000,
      stepSize: 0.01,
    });
    // x0(2000) for mu = 1, from an independent integration at a relative tolerance of 1e-12.
    expect(outputs.x0).toBeCloseTo(1.4979938, 6);
    expect(recording.steps).toBe(200_000);
    expect(recording.time.at(-2)).toBe(199_999 * 0.01);
  });

  test("a variable of text alone makes a recording of times alone", async () => {
    const { outputs, recording, columns } = await simulateFixture(`feedthrough-${version}`, {
      startValues: [{ name: "string_in", values: ["x"] }],
      outputs: ["string_out"],
    });
    expect([outputs, columns, recording.time.length]).toEqual([{ string_out: "x" }, [], 11]);
  });

  test("records every n-th point and the last, and keeps statistics at every step", async () => {
    const run = await simulateFixture(`van-der-pol-${version}`, {
      outputs: ["x0"],
      stopTime: 20,
      stepSize: 0.01,
      stepsPerPoint: 300,
    });
    const full = await simulateFixture(`van-der-pol-${version}`, {
      outputs: ["x0"],
      stopTime: 20,
      stepSize: 0.01,
    });
    expect(run.recording.time).toHaveLength(8);
    expect(run.recording.time.at(-1)).toBe(20);
    expect(run.recording.statistics).toEqual(full.recording.statistics);
    expect(run.recording.statistics[0]!.max).toBe(Math.max(...full.recording.columns[0]!));
  });

  test("passes every type through exactly", async () => {
    const values = {
      real_continuous: Math.PI,
      real_discrete: -0.1,
      int: -2_147_483_648,
      bool: true,
      string: "Grüße, 世界",
      enum: 2,
    };
    const { outputs } = await simulateFixture(`feedthrough-${version}`, {
      startValues: Object.entries(values).map(([name, value]) => ({ name: `${name}_in`, values: [value] })),
      outputs: Object.keys(values).map((name) => `${name}_out`),
    });
    for (const [name, value] of Object.entries(values)) expect(outputs[`${name}_out`]).toBe(value);
  });

  test("takes a terminate request as a normal end", async () => {
    const { end, recording } = await simulateFixture(`terminates-${version}`, { outputs: ["ramp"] });
    expect(end).toBe("terminated_by_fmu");
    expect(recording.timeReached).toBeCloseTo(0.4, 12);
  });

  test("a failed step carries the status in words and the FMU's last messages with names", async () => {
    const messages: FmuLogMessage[] = [];
    const run = simulateFixture(`log-and-fail-${version}`, { outputs: ["ramp"] }, messages);
    await expect(run).rejects.toMatchObject({
      code: "simulation_failed",
      message: `Cannot simulate "LogAndFail": fmi${version}DoStep returned the status "error" in the step from model time 0.4 s to 0.5 s.`,
      detail: expect.stringContaining("[error] ramp left its range after at s: 100%"),
    });
    expect(messages.slice(0, 3)).toEqual([
      { status: "ok", category: "logAll", text: "step from 0 to 0.1 s, number 7 of 9007199254740993" },
      { status: "warning", category: "logStatusWarning", text: " 0.00|ab    |  12|x" },
      { status: "ok", category: "logEvents", text: "ten reals 1 2 3 4 5 6 7 8 9 10 and 11" },
    ]);
  });

  test("a discarded step is a failure that says so", async () => {
    await expect(simulateFixture(`discards-${version}`, { outputs: ["ramp"] })).rejects.toThrow(
      /status "discard" in the step from model time 0.4 s to 0.5 s/,
    );
  });

  test("counts samples that are no numbers and names the first time", async () => {
    const { recording } = await simulateFixture(`not-a-number-${version}`, { outputs: ["ramp"] });
    expect(recording.statistics[0]).toMatchObject({
      nonFiniteCount: 6,
      firstNonFiniteTime: 0.5,
      min: 0,
      max: 0.4,
      final: Number.NaN,
    });
    expect(recording.statistics[0]!.mean).toBeCloseTo(0.2, 12);
  });
});

describe("simulateCoSimulation of FMI 3", () => {
  test.each([
    ["float32", Math.fround(0.1)],
    ["int8", -128],
    ["uint8", 255],
    ["int16", -32_768],
    ["uint16", 65_535],
    ["uint32", 4_294_967_295],
    ["int64", 9_223_372_036_854_775_807n],
    ["int64", -9_223_372_036_854_775_808n],
    ["uint64", 18_446_744_073_709_551_615n],
    ["int64", 42],
    ["binary", new Uint8Array([0, 255, 7])],
    ["binary", new Uint8Array()],
  ])("passes %s %s through exactly", async (name, value) => {
    const { outputs } = await simulateFixture("feedthrough-3", {
      startValues: [{ name: `${name}_in`, values: [value] }],
      outputs: [`${name}_out`],
    });
    expect(outputs[`${name}_out`]).toEqual(value);
  });

  test("passes an array through and records its elements by name", async () => {
    const { outputs, recording, columns } = await simulateFixture("feedthrough-3", {
      startValues: [{ name: "array_in", values: [1.5, -2.5] }],
      outputs: ["array_out", "int_out", "string_out"],
    });
    expect(outputs.array_out).toEqual([1.5, -2.5]);
    expect(columns.map((column) => column.name)).toEqual(["array_out[1]", "array_out[2]", "int_out"]);
    expect(recording.columns.map((column) => column.at(-1))).toEqual([1.5, -2.5, 0]);
  });

  test("one value fills an array", async () => {
    const { outputs } = await simulateFixture("feedthrough-3", {
      startValues: [{ name: "array_in", values: [3] }],
      outputs: ["array_out"],
    });
    expect(outputs.array_out).toEqual([3, 3]);
  });
});
