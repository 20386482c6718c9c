import { expect, test } from "vitest";
import type { InputSeries } from "../../../src/fmi/input/input-series.ts";
import { simulateFixture } from "../../support/simulate-fixture.ts";

type Column = { values: number[]; interpolation?: "hold" | "linear" };

function series(time: number[], columns: Record<string, Column>): InputSeries {
  const entries = Object.entries(columns).map(
    ([name, { values, interpolation = "hold" }]) =>
      [name, { values: Float64Array.from(values), interpolation }] as const,
  );
  return { time: Float64Array.from(time), columns: new Map(entries) };
}

const given = (values: Record<string, number[]>) =>
  Object.entries(values).map(([name, each]) => ({ name, values: each }));

/* Saved at 0.55 s, between two events. */
const saved = (settings: Parameters<typeof simulateFixture>[1]) =>
  simulateFixture("event-mode-3", { stopTime: 0.55, saveState: true, ...settings });
const resume = (state: Uint8Array | undefined, settings: Parameters<typeof simulateFixture>[1]) =>
  simulateFixture("event-mode-3", { startTime: 0.55, initialState: state, eventCapacity: 100, ...settings });

const OUTPUTS = ["y", "events", "seen", "mix"];

test("a run from a saved state goes on with the events that it had before it", async () => {
  const { state } = await saved({ outputs: OUTPUTS, startValues: given({ u: [1], mode: [5], a: [5, 7] }) });
  const { outputs, recording } = await resume(state, { outputs: OUTPUTS });
  // At 0.75 and 1.0 s.
  expect(outputs).toMatchObject({ events: 4, seen: 5, mix: 75 });
  expect(outputs.y).toBeCloseTo(1, 12);
  expect(recording.time[0]).toBe(0.55);
});

test("a discrete input that is given anew takes effect in Event Mode at the start", async () => {
  const { state } = await saved({ outputs: OUTPUTS, startValues: given({ u: [1], mode: [5] }) });
  const values = await resume(state, { outputs: OUTPUTS, startValues: given({ u: [3], mode: [6] }) });
  expect(values.outputs).toMatchObject({ seen: 6, events: 4 });
  expect(values.outputs.y).toBeCloseTo(0.55 + 3 * 0.45, 12);
});

test("a series drives discrete inputs from the start on, and from their jumps", async () => {
  const { state } = await saved({ outputs: OUTPUTS });
  const constant = series([0.55, 1], { mode: { values: [6, 6] } });
  expect((await resume(state, { outputs: OUTPUTS, inputSeries: constant })).outputs.seen).toBe(6);
  const jump = series([0.55, 0.8, 1], { mode: { values: [6, 7, 7] } });
  const { recording, columns, outputs } = await resume(state, { outputs: OUTPUTS, inputSeries: jump });
  const seen = [...recording.columns[columns.findIndex(({ name }) => name === "seen")]!];
  expect(seen[[...recording.time].findIndex((time) => time > 0.6)]).toBe(6);
  expect(outputs.seen).toBe(7);
});

test("elements that no column drives keep what the saved state has for them", async () => {
  const { state } = await saved({ outputs: OUTPUTS, startValues: given({ a: [5, 7] }) });
  const inputSeries = series([0.55, 1], { "a[1]": { values: [1, 1] } });
  expect((await resume(state, { outputs: OUTPUTS, inputSeries })).outputs.mix).toBe(71);
  const startValues = given({ a: [2, 3] });
  expect((await resume(state, { outputs: OUTPUTS, inputSeries, startValues })).outputs.mix).toBe(31);
});

test("an input that rose before a saved state and is held after it no longer rises", async () => {
  const outputs = ["y"];
  const ramp = series([0, 0.5], { u: { values: [0, 1], interpolation: "linear" } });
  const first = await simulateFixture("steps-2", {
    outputs,
    inputSeries: ramp,
    stopTime: 0.5,
    saveState: true,
  });
  const inputSeries = series([0.5, 1], { u: { values: [1, 1] } });
  const second = await simulateFixture("steps-2", {
    ...{ outputs, inputSeries, startTime: 0.5, initialState: first.state },
  });
  expect(second.outputs.y).toBeCloseTo(0.25 + 0.5, 12);
});
