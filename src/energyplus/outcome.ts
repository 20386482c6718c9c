import { type EnergyPlusResult, type ErrMessage, energyPlusResult } from "../runner/energyplus-contract.ts";
import type { JsonValue, RunProblem } from "../runs/record.ts";
import { readErrText } from "./err-text.ts";
import { readMetrics } from "./metrics.ts";

/** How a building model's run ended, in the words of a run record. */
export interface BuildingOutcome {
  status: "success" | "error" | "timed_out";
  /** Metrics by name, in the units of `METRIC_UNITS`. */
  outputs: Record<string, number | null>;
  errors: RunProblem[];
  warnings: string[];
  logs: string[];
  /** What a record keeps beside. */
  energyplus: Record<string, JsonValue>;
}

/** Characters kept of a text that is not ours. */
const MOST_TEXT = 2_000;

/** What a problem with the model or the weather calls for, where no runner is at fault. */
const MEND_MODEL =
  "Mend the model at `model_path` or the `weather` as the message says, then call `run_energyplus_simulation` again.";

const TIMED_OUT = /stopped at its time limit/;

/** What to do about errors that say more than that EnergyPlus failed. */
const REMEDIES: readonly { error: RegExp; code: string; remedy: string }[] = [
  {
    error: TIMED_OUT,
    code: "timed_out",
    remedy: "Pass `period` design_day, or a model of fewer zones or longer steps.",
  },
  {
    error: /No EnergyPlus is installed|lacks its data dictionary/,
    code: "failed_precondition",
    remedy: "Call `deploy_runner` with `runner: energyplus`: it installs EnergyPlus for the runner.",
  },
  {
    error: /has no weather file/,
    code: "not_found",
    remedy: "Pass `weather` as the path of an EPW file, or as one of the names that the message lists.",
  },
];

/** Reads what `run_energyplus_simulation` returned; undefined where that is not in the form agreed, with the reason. */
export function readEnergyPlusResult(value: unknown): BuildingOutcome | { unreadable: string } {
  const parsed = energyPlusResult.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { unreadable: `${issue?.path.join(".")}: ${issue?.message}` };
  }
  const result = parsed.data;
  const { metrics, euiReason } = readMetrics(result);
  return {
    status: result.errors.some((error) => TIMED_OUT.test(error)) ? "timed_out" : result.status,
    outputs: metrics,
    errors: describeErrors(result),
    warnings: result.messages.map(shorten),
    logs: (result.logs?.err_tail ?? "").split(/\r?\n/).filter((line) => line.trim() !== ""),
    energyplus: { ...describeRun(result), ...describeMessages(result), eui_reason: euiReason },
  };
}

function describeErrors(result: EnergyPlusResult): RunProblem[] {
  const errors =
    result.errors.length === 0 && result.status !== "success"
      ? [`The runner reports an error and no reason (return code ${result.energyplus_returncode})`]
      : result.errors;
  return errors.map((error) => {
    const known = REMEDIES.find((one) => one.error.test(error));
    const message = shorten(error);
    return { code: known?.code ?? "simulation_failed", message, remedy: known?.remedy ?? MEND_MODEL };
  });
}

function describeRun({ facts, ...result }: EnergyPlusResult): Record<string, JsonValue> {
  return {
    engine: facts?.engine ?? null,
    runner: facts?.runner ?? null,
    version_match: facts?.version_match ?? null,
    hours_simulated: facts?.hours_simulated ?? null,
    invocation_mode: result.invocation_mode,
    return_code: result.energyplus_returncode,
    execution_seconds: result.execution_seconds,
    output_folder: result.output_dir ?? null,
    ...(facts ? { volume: facts.volume } : {}),
  };
}

/** An older runner sends no more of its messages than the end of `eplusout.err`. */
function describeMessages({ facts, err_messages: sent, logs }: EnergyPlusResult): Record<string, JsonValue> {
  const { messages, closing } = readErrText(logs?.err_tail ?? "");
  const count = (severity: ErrMessage["severity"]) =>
    facts?.[`${severity}_count`] ?? messages.filter((one) => one.severity === severity).length;
  return {
    warning_count: count("warning"),
    severe_count: count("severe"),
    fatal_count: count("fatal"),
    counted_by_energyplus: closing ? { warnings: closing.warnings, severe: closing.severe } : null,
    counted_in: facts ? "eplusout.err" : "the last lines of eplusout.err",
    err_messages: (sent ?? messages).map(({ severity, text }) => ({ severity, text: shorten(text) })),
  };
}

function shorten(text: string): string {
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
}
