import { describe, expect, test } from "vitest";
import type { InputSeries } from "../../../src/fmi/input/input-series.ts";
import { type FixtureRun, simulateFixture } from "../../support/simulate-fixture.ts";

function series(
  time: number[],
  columns: Record<string, { values: number[]; interpolation?: "hold" | "linear" }>,
): InputSeries {
  const entries = Object.entries(columns).map(
    ([name, { values, interpolation = "hold" }]) =>
      [name, { values: Float64Array.from(values), interpolation }] as const,
  );
  return { time: Float64Array.from(time), columns: new Map(entries) };
}

function column({ recording, columns }: FixtureRun, name: string): number[] {
  return [...recording.columns[columns.findIndex((each) => each.name === name)]!];
}

const ONE = [{ name: "u", values: [1] }];

describe("simulateCoSimulation of FMI 2.0", () => {
  test("polls a pending step until it is done, and touches nothing else meanwhile", async () => {
    const { outputs, recording } = await simulateFixture("steps-2", {
      startValues: [...ONE, { name: "polls", values: [3] }],
      outputs: ["y", "steps"],
    });
    expect(outputs.y).toBeCloseTo(1, 12);
    expect([outputs.steps, recording.steps]).toEqual([10, 10]);
  });

  test("tries a discarded step again in halves, from where the FMU stands", async () => {
    const run = await simulateFixture("steps-2", {
      startValues: [...ONE, { name: "most", values: [0.03] }],
      outputs: ["y", "steps"],
    });
    expect(run.outputs.y).toBeCloseTo(1, 12);
    // 0.1 and 0.05 are discarded, 0.025 is not.
    expect(run.outputs.steps).toBe(40);
    expect(run.recording.time).toHaveLength(11);
  });

  test("gives up on steps that are discarded whatever their size, and says where", async () => {
    const run = simulateFixture("steps-2", {
      startValues: [{ name: "most", values: [1e-9] }],
      outputs: ["y"],
    });
    await expect(run).rejects.toThrow(
      'fmi2DoStep returned the status "discard" in the step from model time 0 s to 0.1 s.',
    );
  });

  test("does not cut a step of an FMU that takes steps of one size only", async () => {
    const run = simulateFixture("constant-step-2", {
      startValues: [{ name: "most", values: [0.03] }],
      outputs: ["y"],
    });
    await expect(run).rejects.toThrow("it takes steps of one size only, so that none smaller was tried");
  });

  test("an input that jumps between grid points gets a communication point of its own", async () => {
    const { outputs } = await simulateFixture("constant-step-2", {
      inputSeries: series([0, 0.55, 1], { u: { values: [0, 1, 1] } }),
      outputs: ["y"],
    });
    // Held over the step from 0.5 to 0.6 s: steps of one size only.
    expect(outputs.y).toBeCloseTo(0.4, 12);
    const near = await simulateFixture("constant-step-2", {
      inputSeries: series([0, 0.50000001, 1], { u: { values: [0, 1, 1] } }),
      outputs: ["y"],
    });
    expect(near.outputs.y).toBeCloseTo(0.5, 7);
    const cut = await simulateFixture("steps-2", {
      inputSeries: series([0, 0.55, 1], { u: { values: [0, 1, 1] } }),
      outputs: ["y", "steps"],
    });
    expect(cut.outputs.y).toBeCloseTo(0.45, 12);
    expect(cut.outputs.steps).toBe(11);
    expect(cut.recording.time).toHaveLength(11);
  });

  test("sets the slope of a linear input where the FMU interpolates: a ramp is integrated exactly", async () => {
    const ramp = series([0, 1], { u: { values: [0, 2], interpolation: "linear" } });
    const { outputs } = await simulateFixture("steps-2", { inputSeries: ramp, outputs: ["y"] });
    expect(outputs.y).toBeCloseTo(1, 12);
    const held = await simulateFixture("constant-step-2", { inputSeries: ramp, outputs: ["y"] });
    expect(held.outputs.y).toBeCloseTo(0.9, 12);
  });

  test("a run that starts from a saved state goes on as if it had not stopped", async () => {
    const inputSeries = series([0, 1], { u: { values: [0, 2], interpolation: "linear" } });
    const outputs = ["y", "steps"];
    const whole = await simulateFixture("steps-2", { inputSeries, outputs });
    const first = await simulateFixture("steps-2", { inputSeries, outputs, stopTime: 0.5, saveState: true });
    const second = await simulateFixture("steps-2", {
      ...{ inputSeries, outputs, startTime: 0.5, initialState: first.state },
    });
    expect(second.outputs).toEqual(whole.outputs);
    expect(column(second, "y")).toEqual(column(whole, "y").slice(5));
  });
});

describe("simulateCoSimulation of FMI 3.0", () => {
  test("takes the time of an early return as the new time", async () => {
    const { outputs, recording } = await simulateFixture("early-return-3", {
      startValues: ONE,
      outputs: ["y", "events"],
    });
    expect(outputs.y).toBeCloseTo(1, 12);
    expect(outputs.events).toBe(4);
    expect([...recording.time]).toHaveLength(11);
  });

  test("handles time events in Event Mode, each recorded as a pair", async () => {
    const run = await simulateFixture("event-mode-3", {
      startValues: [...ONE, { name: "period", values: [0.3] }],
      outputs: ["y", "events"],
      eventCapacity: 20,
    });
    const times = [...run.recording.time];
    const pairs = times.filter((time, index) => time === times[index - 1]);
    expect(pairs.map((time) => Number(time.toFixed(9)))).toEqual([0.3, 0.6, 0.9]);
    const events = column(run, "events");
    const before = times.indexOf(pairs[0]!);
    expect([events[before], events[before + 1]]).toEqual([0, 1]);
    expect(run.outputs).toMatchObject({ events: 3 });
    expect(run.outputs.y).toBeCloseTo(1, 12);
    expect(run.recording.steps).toBe(10);
  });

  test("sets discrete inputs in Event Mode, at the time they change", async () => {
    const run = await simulateFixture("event-mode-3", {
      inputSeries: series([0, 0.42, 1], { u: { values: [1, 1, 1] }, mode: { values: [3, 7, 7] } }),
      startValues: [{ name: "period", values: [10] }],
      outputs: ["y", "seen"],
      eventCapacity: 20,
    });
    const seen = column(run, "seen");
    const at = [...run.recording.time].indexOf(0.42);
    expect(seen.slice(at, at + 2)).toEqual([3, 7]);
    expect(run.outputs.y).toBeCloseTo(1, 12);
  });

  test("sizes arrays by a structural parameter, set in Configuration Mode", async () => {
    const { outputs, columns } = await simulateFixture("event-mode-3", {
      structural: { n: [4] },
      startValues: [
        { name: "n", values: [4] },
        { name: "x", values: [1, 2, 3, 4] },
      ],
      outputs: ["sum", "x"],
    });
    expect(outputs).toEqual({ sum: 10, x: [1, 2, 3, 4] });
    expect(columns.map(({ name }) => name)).toEqual(["sum", "x[1]", "x[2]", "x[3]", "x[4]"]);
  });
});

describe("simulateCoSimulation of FMI 3.0 with a Clock", () => {
  test("makes an input Clock tick from the start on, at computed times", async () => {
    const run = await simulateFixture("example-clock-controller", {
      outputs: ["ticks", "voltage", "speed"],
      stopTime: 1,
      stepSize: 0.05,
      eventCapacity: 100,
    });
    // At 0, 0.1 ... 1.0 s.
    expect(run.outputs.ticks).toBe(11);
    const times = [...run.recording.time];
    const ticking = times.filter((time, index) => time === times[index - 1]);
    expect(ticking.map((time) => Number(time.toFixed(9)))).toEqual([
      0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1,
    ]);
    expect(column(run, "ticks")[0]).toBe(1);
  });

  test("a run that starts from a saved state ticks on where it was", async () => {
    const settings = { outputs: ["ticks", "speed"], stepSize: 0.05, eventCapacity: 100 };
    const whole = await simulateFixture("example-clock-controller", { ...settings, stopTime: 2 });
    const first = await simulateFixture("example-clock-controller", {
      ...settings,
      stopTime: 0.95,
      saveState: true,
    });
    const second = await simulateFixture("example-clock-controller", {
      ...{ ...settings, startTime: 0.95, stopTime: 2, initialState: first.state },
    });
    expect(second.outputs).toEqual(whole.outputs);
  });
});

describe("simulateCoSimulation of FMI 3.0 with a Clock of each kind", () => {
  const ticks = (name: string) => `${name}_ticks`;

  test("makes each tick when it is due, and asks for intervals where the standard allows it", async () => {
    const names = ["changing", "countdown", "third", "sevenths", "triggered"].map(ticks);
    const run = await simulateFixture("clocks-3", { outputs: [...names, "updates"], eventCapacity: 100 });
    expect(run.outputs).toMatchObject({
      // At 0.1, 0.3, 0.6 and 1.0 s; 0.05 s after the second of these, the other would be at 1.05 s.
      ...{ changing_ticks: 4, countdown_ticks: 1 },
      // From 0 to 1 s, both included; the triggered one is left alone.
      ...{ third_ticks: 4, sevenths_ticks: 8, triggered_ticks: 0 },
    });
    const times = [...run.recording.time];
    const third = times.lastIndexOf(1 / 3);
    expect(third).toBeGreaterThan(0);
    expect(column(run, "third_ticks")[third]).toBe(2);
    expect(times.some((time) => Math.abs(time - 0.35) < 1e-9)).toBe(true);
    expect(run.outputs.updates).toBe(run.recording.steps);
  });

  test("a triggered Clock ticks where its column is not 0, and clocked inputs are set then", async () => {
    const inputSeries = series([0, 0.25, 0.5, 0.75, 1], {
      triggered: { values: [1, 0, 1, 1, 0] },
      amount: { values: [1, 10, 100, 1000, 10_000] },
    });
    const run = await simulateFixture("clocks-3", {
      ...{ inputSeries, outputs: ["triggered_ticks", "added"], eventCapacity: 100 },
    });
    expect(run.outputs).toEqual({ triggered_ticks: 3, added: 1101 });
  });
});

test("simulateCoSimulation of FMI 1.0 locates the bounces as the other versions do", async () => {
  const run = await simulateFixture("example-bouncing-ball-fmi1-cs", {
    outputs: ["h", "bounce_time", "bounces"],
    startValues: [{ name: "e", values: [0.5] }],
    stopTime: 1,
    stepSize: 0.01,
  });
  const fall = Math.sqrt(2 / 9.81);
  expect(column(run, "bounce_time").find((time) => time > 0)).toBeCloseTo(fall, 9);
  expect(run.outputs.bounce_time).toBeCloseTo(fall * (1 + 2 * 0.5), 9);
  expect(run.outputs.bounces).toBe(2);
});
