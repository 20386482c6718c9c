import { describe, expect, test } from "vitest";
import { checkRunsPerHour, estimateRun } from "../../src/consent/modal-runs.ts";
import type { RunRecord } from "../../src/runs/record.ts";
import { catchToolError } from "../support/catch-tool-error.ts";
import { runRecord } from "../support/run-records.ts";

const NOW = new Date("2026-05-04T12:00:00Z");
const onModal = (parts: Partial<RunRecord>) => runRecord({ endpoint: "modal", status: "success", ...parts });
const startedAt = (minutesAgo: number, endpoint: "modal" | "embedded" = "modal") =>
  onModal({ endpoint, created_at: new Date(NOW.getTime() - minutesAgo * 60_000).toISOString() });

describe("checkRunsPerHour", () => {
  test("counts runs on Modal within the last hour only", async () => {
    const records = [startedAt(1), startedAt(59), startedAt(61), startedAt(2, "embedded")];
    checkRunsPerHour(records, 3, NOW);
    const error = await catchToolError(async () => checkRunsPerHour(records, 2, NOW));
    expect(error).toMatchObject({ code: "resource_exhausted" });
    expect(error.message).toContain("2 were started");
    expect(error.remedy).toContain("Wait until 2026-05-04T12:01:00.000Z");
  });

  test("allows none where the limit is 0", async () => {
    const error = await catchToolError(async () => checkRunsPerHour([], 0, NOW));
    expect(error.remedy).toContain("`MODAL_FMI_MAX_RUNS_PER_HOUR`");
  });
});

describe("estimateRun", () => {
  const ran = (running: number | null, parts: Partial<RunRecord> = {}) =>
    onModal({ seconds: { queued: 1, running }, ...parts });

  test("is undefined without an earlier run that ended and took a known time", () => {
    expect(estimateRun([], () => undefined)).toBeUndefined();
    const useless = [ran(null), ran(5, { status: "error" }), ran(5, { status: "running" })];
    expect(estimateRun(useless, () => undefined)).toBeUndefined();
  });

  test("is the median of the five newest", () => {
    const records = [10, 30, 20, 50, 40, 1000, 1000, 1000].map((seconds) => ran(seconds));
    expect(estimateRun(records, () => undefined)).toEqual({ seconds: 30, runs: 5 });
  });

  test("grows with the model time, where both are known", () => {
    expect(estimateRun([ran(10)], () => ({ asked: 600, past: 3 }))).toEqual({ seconds: 2000, runs: 1 });
    expect(estimateRun([ran(10)], () => ({ asked: 600, past: 0 }))).toEqual({ seconds: 10, runs: 1 });
  });
});
