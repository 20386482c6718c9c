import { expect, test } from "vitest";
import { describeRuns } from "../../src/plots/describe-runs.ts";
import { runRecord } from "../support/run-records.ts";

const at = { created_at: "2026-11-23T20:51:03.000Z", status: "success" } as const;

test("describeRuns names a run alone by model, id, time and place", () => {
  const record = runRecord({ ...at, run_id: "run-20261123-aaaaaaaaaa" });
  expect(describeRuns([record])).toEqual({
    title: "Ball",
    subtitles: ["run-20261123-aaaaaaaaaa, 2026-11-23 20:51 UTC, on this computer"],
    marks: [undefined],
  });
});

test("describeRuns tells that a run failed", () => {
  const { subtitles } = describeRuns([runRecord({ ...at, status: "timed_out", endpoint: "modal" })]);
  expect(subtitles[0]).toMatch(/on Modal, ended as timed_out$/);
});

test("describeRuns names two runs by the inputs they differ in, as the user gave them", () => {
  const load = { value: 8000, unit: "W" };
  const cold = runRecord({ ...at, inputs_applied: { load, T_out: { value: 303.15, unit: "K" } } });
  const hot = runRecord({
    ...at,
    inputs_applied: { load, T_out: { value: 313.15, unit: "K", given: "40 degC" } },
  });
  const { title, subtitles, marks } = describeRuns([cold, hot]);
  expect(title).toBe("Ball");
  expect(subtitles).toEqual([`A: T_out = 303.15 K (${cold.run_id})`, `B: T_out = 40 degC (${hot.run_id})`]);
  expect(marks).toEqual(["A", "B"]);
});

test("describeRuns says so where only one run set an input", () => {
  const { subtitles } = describeRuns([
    runRecord(at),
    runRecord({ ...at, inputs_applied: { e: { value: 0.5, unit: null } } }),
  ]);
  expect(subtitles[0]).toContain("A: e as the model has it");
  expect(subtitles[1]).toContain("B: e = 0.5 (");
});

test("describeRuns names two models by their names", () => {
  const other = runRecord({ ...at, fmu: { ...runRecord().fmu, model_name: "Spring" } });
  expect(describeRuns([runRecord(at), other]).title).toBe("Ball and Spring");
});
