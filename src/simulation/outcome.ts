import type { CallOutcome } from "../modal/modal.ts";
import {
  type DebugSeries,
  type RunFacts,
  type RunResult,
  type RunSeries,
  runResult,
  type StepCheck,
} from "../runner/contract.ts";
import type { RunStatistics } from "../runs/record.ts";
import { holdsNonFinite, type JsonValue, toJsonValue } from "./json-values.ts";

/** How a run ended, in the words of a run record; everything JSON. */
export interface RunOutcome {
  status: "success" | "error" | "cancelled" | "timed_out" | "interrupted";
  outputs: Record<string, JsonValue>;
  statistics: Record<string, RunStatistics> | undefined;
  facts: RunFacts | undefined;
  series: RunSeries | undefined;
  stepCheck?: StepCheck | undefined;
  debug?: DebugSeries | undefined;
  /** The FMU's state at the end. */
  state?: Uint8Array | undefined;
  errors: { code: string; message: string; remedy: string }[];
  warnings: string[];
  logs: string[];
}

const EMPTY = {
  outputs: {},
  statistics: undefined,
  facts: undefined,
  series: undefined,
  warnings: [],
  logs: [],
};

const READ_LOG = "Call `tail_logs` with this run_id to see what the FMU and the runner logged.";

/** Characters kept of a text that is not ours. */
const MOST_TEXT = 2_000;

/** What the ends of a function call mean that returned no value, and what to do next. */
const FAILED_CALLS: Record<
  Exclude<CallOutcome["state"], "unfinished" | "success">,
  { status: RunOutcome["status"]; code: string; message: string; remedy: string }
> = {
  failure: {
    status: "error",
    code: "function_failed",
    message: "The runner's function failed",
    remedy: READ_LOG,
  },
  timeout: {
    status: "timed_out",
    code: "timed_out",
    message: "The function ran into its time limit",
    remedy: "Give a shorter `stop_time` or a larger `step_size`, or raise `timeout_seconds`.",
  },
  terminated: {
    status: "cancelled",
    code: "cancelled",
    message: "The function call was cancelled",
    remedy: "Call `run_fmi_simulation` with `new_run: true` to run it again.",
  },
  init_failure: {
    status: "error",
    code: "function_failed",
    message: "The runner's container failed to start",
    remedy: "Call `tail_logs` to read why, mend the runner, then call `deploy_runner`.",
  },
  internal_failure: {
    status: "interrupted",
    code: "aborted",
    message: "The call was interrupted on the endpoint's side",
    remedy: "Call `run_fmi_simulation` with `new_run: true` to run it again.",
  },
  idle_timeout: {
    status: "interrupted",
    code: "aborted",
    message: "The container was shut down for being idle",
    remedy: "Call `run_fmi_simulation` with `new_run: true` to run it again.",
  },
  evicted: {
    status: "error",
    code: "resource_exhausted",
    message: "The container was evicted for using too much memory",
    remedy:
      "Record fewer variables or points (`output_variables`, `output_interval`), or give the runner more memory.",
  },
  expired: {
    status: "error",
    code: "not_found",
    message: "The endpoint no longer keeps the output of this call",
    remedy: "Call `run_fmi_simulation` with `new_run: true` to run it again.",
  },
  unknown: {
    status: "error",
    code: "unknown",
    message: "The call ended in a state unknown here",
    remedy: READ_LOG,
  },
};

/** Ends of a simulation that have words of their own. */
const ENDS: Partial<Record<RunFacts["end"], { code: string; remedy: string }>> = {
  timed_out: FAILED_CALLS.timeout,
  cancelled: FAILED_CALLS.terminated,
};

/** Reads how a finished function call ended. */
export function readOutcome(outcome: Exclude<CallOutcome, { state: "unfinished" }>): RunOutcome {
  if (outcome.state !== "success") return cutOff(outcome) ?? failedCall(outcome);
  const parsed = runResult.safeParse(outcome.value);
  if (parsed.success) return finishedCall(parsed.data);
  const [issue] = parsed.error.issues;
  const message = `The runner's result is not in the form agreed: ${issue?.path.join(".")}: ${issue?.message}`;
  const remedy = "Call `deploy_runner` to deploy a runner of this version.";
  return { ...EMPTY, status: "error", errors: [{ code: "data_loss", message, remedy }] };
}

/** A run that was cancelled, where its runner had the time to tell how far it had come: perhaps to its end. */
function cutOff({ value }: Extract<CallOutcome, { exception: string }>): RunOutcome | undefined {
  const { data } = runResult.safeParse(value);
  if (!data?.facts) return undefined;
  const outcome = finishedCall(data);
  if (data.facts.end === "cancelled") return outcome;
  const { status, code, message, remedy } = FAILED_CALLS.terminated;
  const errors = [{ code, message: `${message} at model time ${data.facts.time_reached} s`, remedy }];
  return { ...outcome, status, errors };
}

function failedCall(outcome: Extract<CallOutcome, { exception: string }>): RunOutcome {
  const { status, code, message, remedy } = FAILED_CALLS[outcome.state];
  const exception = shorten(outcome.exception.trim());
  const said = exception === "" ? message : `${message}: ${exception}`;
  const logs = outcome.traceback ? outcome.traceback.split("\n").slice(-40) : [];
  return { ...EMPTY, status, errors: [{ code, message: said, remedy }], logs };
}

function finishedCall(result: RunResult): RunOutcome {
  const facts = result.facts ?? undefined;
  const statistics = result.statistics ?? undefined;
  return {
    status: statusOf(result, facts),
    outputs: Object.fromEntries(
      Object.entries(result.outputs).map(([name, value]) => [name, toJsonValue(value)]),
    ),
    statistics:
      statistics &&
      Object.fromEntries(Object.entries(statistics).map(([name, one]) => [name, toStatistics(one)])),
    facts,
    series: result.series ?? undefined,
    stepCheck: result.step_check ?? undefined,
    debug: result.debug ?? undefined,
    state: result.state ?? undefined,
    errors: describeErrors(result, facts),
    warnings: [...(result.messages ?? []).filter(isWarning).map(shorten), ...nonFiniteWarnings(result)],
    logs: result.logs ?? [],
  };
}

function statusOf(result: RunResult, facts: RunFacts | undefined): RunOutcome["status"] {
  if (facts?.end === "timed_out") return "timed_out";
  if (facts?.end === "cancelled") return "cancelled";
  return result.status;
}

function isWarning(message: string): boolean {
  return /warning/i.test(message);
}

function describeErrors(result: RunResult, facts: RunFacts | undefined): RunOutcome["errors"] {
  const { code, remedy } = ENDS[facts?.end ?? "failed"] ?? { code: "simulation_failed", remedy: READ_LOG };
  const status = statusOf(result, facts);
  const messages =
    result.errors.length === 0 && status !== "success"
      ? [`The runner reports ${status} and no reason`]
      : result.errors;
  return messages.map((message) => ({ code, message: shorten(message), remedy }));
}

function shorten(text: string): string {
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
}

function toStatistics(one: NonNullable<RunResult["statistics"]>[string]): RunStatistics {
  const { min, min_time, max, max_time, mean } = one;
  return { min, min_time, max, max_time, mean, final: toJsonValue(one.final) };
}

function nonFiniteWarnings(result: RunResult): string[] {
  const warnings: string[] = [];
  const seen = new Set<string>();
  for (const [name, one] of Object.entries(result.statistics ?? {})) {
    if (one.first_non_finite_time === null) continue;
    seen.add(name);
    warnings.push(
      `"${name}" is not a finite number at ${one.non_finite_count} recorded point(s), first at ${one.first_non_finite_time} s: shown as null`,
    );
  }
  for (const [name, value] of Object.entries(result.outputs)) {
    const named = seen.has(name) || [...seen].some((element) => element.startsWith(`${name}[`));
    if (!named && holdsNonFinite(value))
      warnings.push(`The final value of "${name}" is not a finite number: shown as null`);
  }
  return warnings;
}
