import { describe, expect, test } from "vitest";
import { reportRun } from "../../src/tools/run-report.ts";
import { runRecord } from "../support/run-records.ts";

const OPTIONS = {
  reused: false,
  returnLogs: true,
  recordFile: "/runs/run.json",
  endpoint: { name: "embedded", workspace: "local", environment: "main", note: "" },
  notes: [],
} as const;

describe("reportRun", () => {
  test("stays small whatever the FMU and the caller put into the record", () => {
    const long = "x".repeat(60_000);
    const names = Array.from({ length: 5_000 }, (_, index) => `variable_${index}`);
    const record = runRecord({
      status: "success",
      arguments: { output_variables: ["*"] },
      outputs: Object.fromEntries(names.map((name) => [name, long])),
      inputs_applied: Object.fromEntries(names.map((name) => [name, { value: Array(5_000).fill(1) }])),
      warnings: names,
      errors: names.map((message) => ({ code: "simulation_failed", message, remedy: "Try." })),
      logs: names.map(() => long),
    });
    const result = reportRun(record, OPTIONS);
    expect(result.outputs_omitted).toBe(4_900);
    expect(result.outputs.variable_0).toMatch(/^x{1000}… \[60000 characters, all in record_file\]$/);
    expect(result.warnings.at(-1)).toBe("… and 4900 more in record_file");
    expect(JSON.stringify(result).length).toBeLessThan(500_000);
  });

  test("leaves an ordinary result as it is, with the notes of this answer first", () => {
    const record = runRecord({ outputs: { label: "on", h: 1.5 }, warnings: ["outside max"] });
    const result = reportRun(record, { ...OPTIONS, notes: ["late"] });
    expect(result).toMatchObject({ outputs: { label: "on", h: 1.5 }, warnings: ["late", "outside max"] });
  });
});

describe("reportRun of a run whose caller named no outputs", () => {
  const names = Array.from({ length: 100 }, (_, index) => `Plant.loop[${index}].T_supply`);
  const record = runRecord({
    status: "success",
    outputs: Object.fromEntries(names.map((name) => [name, 297.3668674699])),
    units: Object.fromEntries(names.map((name) => [name, "K"])),
    statistics: Object.fromEntries(
      names.map((name) => [
        name,
        { min: 1, min_time: 2, max: 3, max_time: 4, mean: 297.3668674, final: 297.3 },
      ]),
    ),
    settings: { stop_time: { value: 3, from: "default experiment" }, step_size: { value: 1, from: "given" } },
    facts: { stop_time: 3, step_size: 2, engine: "x" },
  });

  test("tells what the series of a run without outputs came to", () => {
    const result = reportRun({ ...record, status: "error", outputs: {} }, OPTIONS);
    const told = Object.keys(result.statistics);
    expect(told).toEqual(names.slice(0, told.length));
    expect(told.length).toBeGreaterThan(1);
    expect(Object.keys(result.units)).toEqual(told);
  });

  test("shows the first that fit, counts the others and says how to get them", () => {
    const result = reportRun(record, OPTIONS);
    const shown = Object.keys(result.outputs);
    expect(shown).toEqual(names.slice(0, shown.length));
    expect(shown.length).toBeGreaterThan(3);
    expect(Object.keys(result.units)).toEqual(shown);
    expect(Object.keys(result.statistics).length).toBeGreaterThan(1);
    expect(result.outputs_omitted).toBe(100 - shown.length);
    expect(result.next_step).toContain("`get_run`");
    expect(JSON.stringify(result).length).toBeLessThan(2_000);
  });

  test("does not repeat in facts what settings tell, and keeps what differs", () => {
    expect(reportRun(record, OPTIONS).facts).toEqual({ step_size: 2, engine: "x" });
  });
});
