import { randomBytes } from "node:crypto";

/** How a run stands; all but `running` are final. */
export type RunStatus = "success" | "error" | "running" | "cancelled" | "timed_out" | "interrupted";

/** A value that JSON can hold. */
export type JsonValue = number | boolean | string | null | JsonValue[] | { [key: string]: JsonValue };

/** One thing that went wrong in a run, in the words of a `ToolError`. */
export interface RunProblem {
  code: string;
  message: string;
  remedy: string;
}

/** Statistics of one output over the whole run; null where no sample was finite. Times are model time in seconds. */
export interface RunStatistics {
  min: number | null;
  min_time: number | null;
  max: number | null;
  max_time: number | null;
  mean: number | null;
  final: JsonValue;
}

/** One simulation the user asked for, as it is kept: JSON-able, times ISO 8601, no credentials. */
export interface RunRecord {
  run_id: string;
  created_at: string;
  finished_at?: string | undefined;
  /** When the run's time limit passes, ISO 8601. */
  deadline?: string | undefined;
  status: RunStatus;
  function_call_id: string | undefined;
  app: string;
  function: string;
  endpoint: "modal" | "embedded";
  environment: string;
  volume: string;
  /** Absent for a run of an FMU; then `fmu` is the FMU, else the building model, whose FMI version is "". */
  kind?: "energyplus" | undefined;
  fmu: { checksum: string; file_name: string | undefined; model_name: string; fmi_version: string };
  /** As the user gave them. */
  arguments: Record<string, JsonValue>;
  /** Digest of what makes two runs the same; see `digestOf`. */
  arguments_digest: string;
  /** What applied and where it came from. */
  settings: Record<string, JsonValue>;
  inputs_applied: Record<string, JsonValue>;
  /** Final values by native variable name. */
  outputs: Record<string, JsonValue>;
  units: Record<string, string | null>;
  statistics: Record<string, RunStatistics>;
  errors: RunProblem[];
  warnings: string[];
  /** Wall-clock seconds; null where unknown. */
  seconds: { queued: number | null; running: number | null };
  /** Absolute path of the CSV file of the recorded outputs. */
  series_file?: string | undefined;
  /** Names of outputs that keep each value until the next: all but continuous ones. */
  discrete_outputs?: string[] | undefined;
  /** Absolute path of the same as Parquet, where the user wants that. */
  parquet_file?: string | undefined;
  /** How inputs over time were read, a sentence each. */
  input_notes?: string[] | undefined;
  /** How much the outputs change at half the communication step (`stepCheck` of the runner contract). */
  step_check?: JsonValue | undefined;
  /** Absolute path of a CSV file of every scalar over the last points before something went wrong. */
  debug_file?: string | undefined;
  /** Absolute path of the FMU's saved state. */
  state_file?: string | undefined;
  /** The runner's facts (`runFacts` of the runner contract). */
  facts?: Record<string, JsonValue> | undefined;
  /** What a building model's run has beside its metrics (its `outputs`): weather, messages, why a value is null. */
  energyplus?: Record<string, JsonValue> | undefined;
  logs?: string[] | undefined;
}

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** Makes a run id: `run-<yyyymmdd>-<10 random base32 letters>`, the day in UTC. */
export function newRunId(now: Date = new Date()): string {
  const day = now.toISOString().slice(0, 10).replaceAll("-", "");
  return `run-${day}-${Array.from(randomBytes(10), (byte) => BASE32[byte & 31]).join("")}`;
}

/** Whether the text has the form of a run id, and so is safe as a file name. */
export function isRunId(text: string): boolean {
  return /^run-\d{8}-[a-z2-7]{10}$/.test(text);
}

/** The day a run was created on, UTC, from its id: `yyyymmdd`. */
export function dayOfRun(runId: string): string {
  return runId.slice("run-".length, "run-yyyymmdd".length);
}

/** Modal keeps a call's result for seven days after its end (its guide on job processing). */
const RESULT_KEPT_MS = 7 * 86_400_000;

/** Until when Modal keeps the result of a run that was not fetched, ISO 8601, at the least; undefined for other runs. */
export function resultKeptUntil(
  run: Pick<RunRecord, "status" | "endpoint" | "created_at">,
): string | undefined {
  if (isFinished(run) || run.endpoint !== "modal") return undefined;
  return new Date(Date.parse(run.created_at) + RESULT_KEPT_MS).toISOString();
}

/** Whether the run has ended for good. */
export function isFinished(record: Pick<RunRecord, "status">): boolean {
  return record.status !== "running";
}
