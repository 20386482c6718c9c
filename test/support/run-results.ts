import type { RunFacts, RunResult } from "../../src/runner/contract.ts";

/** What the runner says of a run to 1 s that completed, with the given members instead of the usual ones. */
export function runFacts(members: Partial<RunFacts> = {}): RunFacts {
  return {
    fmi_version: "2.0",
    interface_type: "co_simulation",
    solver: null,
    start_time: 0,
    stop_time: 1,
    step_size: 0.5,
    output_interval: 0.5,
    tolerance: null,
    steps: 2,
    time_reached: 1,
    end: "completed",
    partial: false,
    engine: "test",
    platform: "linux",
    seconds: 0.1,
    deploy_tag: null,
    ...members,
  };
}

/** A result with the three members that old callers know, with the given members instead of the usual ones. */
export function runResult(members: Partial<RunResult> = {}): RunResult {
  return { status: "success", outputs: { h: 1.5 }, errors: [], ...members };
}

/** Little-endian float64 bytes that begin in the middle of a larger buffer, as they come off the wire. */
export function floatBytes(...values: number[]): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.alloc(8 + values.length * 8, 0xff);
  for (const [index, value] of values.entries()) bytes.writeDoubleLE(value, 3 + index * 8);
  return bytes.subarray(3, 3 + values.length * 8);
}
