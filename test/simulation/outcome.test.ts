import { describe, expect, test } from "vitest";
import type { CallOutcome } from "../../src/modal/modal.ts";
import type { RunResult } from "../../src/runner/contract.ts";
import { readOutcome } from "../../src/simulation/outcome.ts";
import { runFacts, runResult } from "../support/run-results.ts";

type Failed = Extract<CallOutcome, { exception: string }>;

const failed = (state: Failed["state"], exception = "", traceback?: string) =>
  readOutcome({ state, exception, traceback });
const finished = (members: Partial<RunResult> = {}) =>
  readOutcome({ state: "success", value: runResult(members) });

const STATISTICS = {
  min: 0,
  min_time: 0,
  max: 2,
  max_time: 1,
  mean: 1,
  final: 2,
  non_finite_count: 0,
  first_non_finite_time: null,
};

describe("readOutcome of a call that returned nothing", () => {
  test.each<[Failed["state"], string, string, string]>([
    ["failure", "error", "function_failed", "tail_logs"],
    ["timeout", "timed_out", "timed_out", "timeout_seconds"],
    ["terminated", "cancelled", "cancelled", "new_run"],
    ["init_failure", "error", "function_failed", "deploy_runner"],
    ["internal_failure", "interrupted", "aborted", "new_run"],
    ["idle_timeout", "interrupted", "aborted", "new_run"],
    ["evicted", "error", "resource_exhausted", "output_interval"],
    ["expired", "error", "not_found", "new_run"],
    ["unknown", "error", "unknown", "tail_logs"],
  ])("%s is %s", (state, status, code, remedy) => {
    const outcome = failed(state);
    expect(outcome.status).toBe(status);
    expect(outcome.errors).toHaveLength(1);
    expect(outcome.errors[0]?.code).toBe(code);
    expect(outcome.errors[0]?.remedy).toContain(remedy);
    expect(outcome.outputs).toEqual({});
  });

  test("says the exception, bounded, and keeps the traceback's end as log", () => {
    const traceback = Array.from({ length: 100 }, (_, line) => `line ${line}`).join("\n");
    const { errors, logs } = failed("failure", " ValueError: no ", traceback);
    expect(errors[0]?.message).toBe("The runner's function failed: ValueError: no");
    expect(logs).toHaveLength(40);
    expect(logs.at(-1)).toBe("line 99");
    expect(failed("failure", "x".repeat(1e6)).errors[0]?.message.length).toBeLessThan(3000);
  });
});

describe("readOutcome of a cancelled call that returned something all the same", () => {
  const cancelled = (value: unknown) =>
    readOutcome({ state: "terminated", exception: "", traceback: undefined, value });

  test("is what the runner had by then", () => {
    const facts = runFacts({ end: "cancelled", partial: true, time_reached: 0.5 });
    const errors = ["The simulation was cancelled at model time 0.5 s."];
    expect(
      cancelled(runResult({ status: "error", errors, facts, statistics: { h: STATISTICS } })),
    ).toMatchObject({
      status: "cancelled",
      facts: { time_reached: 0.5 },
      statistics: { h: { max: 2 } },
      errors: [{ code: "cancelled", message: errors[0], remedy: expect.stringContaining("new_run") }],
    });
  });

  test("keeps what there is of a run that had come to its end, whose step was being checked, say", () => {
    expect(cancelled(runResult({ facts: runFacts(), statistics: { h: STATISTICS } }))).toMatchObject({
      status: "cancelled",
      outputs: { h: 1.5 },
      statistics: { h: { max: 2 } },
      errors: [{ code: "cancelled", message: "The function call was cancelled at model time 1 s" }],
    });
  });

  test.each([
    ["no result of a run", { status: "odd" }],
    ["an older runner's result", runResult()],
  ])("is just cancelled with %s", (_, value) => {
    expect(cancelled(value)).toMatchObject({ status: "cancelled", outputs: {}, facts: undefined });
  });
});

describe("readOutcome of a result", () => {
  test("with the old members only", () => {
    expect(finished({ outputs: { h: 1.5, on: true, text: "a" } })).toMatchObject({
      status: "success",
      outputs: { h: 1.5, on: true, text: "a" },
      statistics: undefined,
      facts: undefined,
      series: undefined,
      errors: [],
      warnings: [],
    });
  });

  test("brings 64-bit integers, lists and bytes into JSON", () => {
    const { outputs } = finished({
      outputs: { big: 2n ** 60n, plain: 7n, list: [1, 2n ** 60n], bytes: new Uint8Array([1]) },
    });
    expect(outputs).toEqual({
      big: "1152921504606846976",
      plain: 7,
      list: [1, "1152921504606846976"],
      bytes: "AQ==",
    });
  });

  test("shows NaN as null and says where it came first", () => {
    const nan = { ...STATISTICS, final: null, non_finite_count: 3, first_non_finite_time: 0.4 };
    const { outputs, statistics, warnings } = finished({
      outputs: { h: Number.NaN, v: 1 },
      statistics: { h: nan, v: STATISTICS },
      facts: runFacts(),
    });
    expect(outputs).toEqual({ h: null, v: 1 });
    expect(statistics?.h?.final).toBeNull();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/"h" .* first at 0\.4 s/);
  });

  test("warns of a last value that is not finite where there are no statistics", () => {
    const { warnings } = finished({ outputs: { h: Number.POSITIVE_INFINITY, list: [Number.NaN], v: 1 } });
    expect(warnings).toHaveLength(2);
    expect(warnings.join()).toMatch(/"h".*"list"/);
  });

  test("warns once of an array whose elements have statistics", () => {
    const nan = { ...STATISTICS, final: null, non_finite_count: 1, first_non_finite_time: 0 };
    const { warnings } = finished({ outputs: { m: [Number.NaN, 1] }, statistics: { "m[1]": nan } });
    expect(warnings).toHaveLength(1);
  });

  test("hands on statistics without the runner's own counts", () => {
    const { statistics } = finished({ statistics: { h: STATISTICS } });
    expect(statistics?.h).toEqual({ min: 0, min_time: 0, max: 2, max_time: 1, mean: 1, final: 2 });
  });

  test("that failed has the runner's errors", () => {
    const { status, errors } = finished({ status: "error", errors: ["fmi2DoStep returned fmi2Error"] });
    expect(status).toBe("error");
    expect(errors).toMatchObject([{ code: "simulation_failed", message: "fmi2DoStep returned fmi2Error" }]);
  });

  test("that failed without a reason has an error nevertheless", () => {
    expect(finished({ status: "error" }).errors).toHaveLength(1);
  });

  test.each(["timed_out", "cancelled"] as const)("that %s says so and keeps what was reached", (end) => {
    const { status, errors, outputs } = finished({
      status: "error",
      errors: ["stopped at 0.4 s"],
      facts: runFacts({ end, partial: true, time_reached: 0.4 }),
    });
    expect(status).toBe(end);
    expect(errors).toMatchObject([{ code: end, message: "stopped at 0.4 s" }]);
    expect(outputs).toEqual({ h: 1.5 });
  });

  test("hands on warnings among the runner's messages, and not the rest", () => {
    const { warnings } = finished({ messages: ["loaded", "Warning: step size adjusted"] });
    expect(warnings).toEqual(["Warning: step size adjusted"]);
  });

  test.each([undefined, null, "done", { status: "fine" }, { status: "success", outputs: 5, errors: [] }])(
    "that is none (%j) is an error that leads to deploy_runner",
    (value) => {
      const { status, errors } = readOutcome({ state: "success", value });
      expect(status).toBe("error");
      expect(errors).toMatchObject([
        { code: "data_loss", remedy: expect.stringContaining("`deploy_runner`") },
      ]);
    },
  );
});
