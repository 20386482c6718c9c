import { expect, test } from "vitest";
import { toRunResult } from "../../src/runner/run-outcome.ts";
import type { RunPlan } from "../../src/runner/run-plan.ts";
import type { SupervisedOutcome } from "../../src/runner/supervise.ts";
import { planModel } from "../support/plan-model.ts";

/** A run that failed with two points recorded, and these texts. */
function failWith(values: string[][]) {
  const description = planModel();
  const settings = { startTime: 0, stopTime: 1, stepSize: 0.5, stepsPerPoint: 1, outputs: ["text"] };
  const used = { type: "co_simulation", description: description.coSimulation };
  const plan = { description, settings, interface: used, messages: [], debug: false } as unknown as RunPlan;
  const outcome: SupervisedOutcome = {
    ...{ end: "failed", error: "It failed.", outputs: undefined, debug: undefined, state: undefined },
    ...{ messages: [], timeReached: 0.5, seconds: 1 },
    recording: {
      ...{ time: Float64Array.of(0, 0.5), columns: [], statistics: [], rows: 2, steps: 1 },
      ...{ timeReached: 0.5, thinnedBy: 1 },
    },
    lists: [{ name: "text", values }],
  };
  return toRunResult(plan, outcome, { engine: "e", platform: "p" }, true).series?.lists;
}

test("toRunResult keeps what texts were up to a failure, as many as there are points", () => {
  expect(failWith([["a"], ["b"]])).toEqual({ text: { type: "String", values: ["a", "b"] } });
  expect(failWith([["a"], ["b"], ["c"]])).toEqual({ text: { type: "String", values: ["a", "b"] } });
});

test("toRunResult keeps texts where the failure came in the middle of a point, and leaves out what lacks more", () => {
  expect(failWith([["a"]])).toEqual({ text: { type: "String", values: ["a", ""] } });
  expect(failWith([])).toBeUndefined();
});

test("toRunResult says where a run that came to its end has lost its series", () => {
  const description = planModel();
  const settings = { startTime: 0, stopTime: 1, stepSize: 0.5, stepsPerPoint: 1, outputs: ["h"] };
  const used = { type: "co_simulation", description: description.coSimulation };
  const plan = { description, settings, interface: used, messages: [], debug: false } as unknown as RunPlan;
  const outcome: SupervisedOutcome = {
    ...{ end: "completed", error: undefined, outputs: [], debug: undefined, state: undefined, lists: [] },
    ...{ messages: [], timeReached: Number.NaN, seconds: 1, recording: undefined },
  };
  const { status, series, messages } = toRunResult(plan, outcome, { engine: "e", platform: "p" }, true);
  expect([status, series]).toEqual(["success", null]);
  expect(messages).toEqual([expect.stringContaining("there is no series: its file was gone at the end")]);
});
