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
