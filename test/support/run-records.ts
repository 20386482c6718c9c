import { newRunId, type RunRecord } from "../../src/runs/record.ts";

/** A run that has just started, with the given members instead of the usual ones. */
export function runRecord(members: Partial<RunRecord> = {}): RunRecord {
  return {
    run_id: newRunId(),
    created_at: new Date().toISOString(),
    status: "running",
    function_call_id: undefined,
    app: "fmi-runner",
    function: "run_fmi_simulation",
    endpoint: "embedded",
    environment: "main",
    volume: "fmi-cache-test",
    fmu: { checksum: "0".repeat(64), file_name: "Ball.fmu", model_name: "Ball", fmi_version: "3.0" },
    arguments: {},
    arguments_digest: "0".repeat(64),
    settings: {},
    inputs_applied: {},
    outputs: {},
    units: {},
    statistics: {},
    errors: [],
    warnings: [],
    seconds: { queued: null, running: null },
    ...members,
  };
}
