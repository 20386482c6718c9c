import { nameHost } from "../fmi/binary/explain-unloadable.ts";
import type { ModelDescription, StartValue, Variable } from "../fmi/description/model-description.ts";
import { debugVariables } from "../fmi/recording/debug-points.ts";
import { recordedColumns } from "../fmi/recording/recorded-columns.ts";
import type { ColumnStatistics } from "../fmi/recording/recorder.ts";
import { createTimeGrid } from "../fmi/time-grid.ts";
import type {
  DebugSeries,
  RunFacts,
  RunResult,
  RunSeries,
  VariableStatistics,
  WireValue,
} from "./contract.ts";
import type { RunPlan } from "./run-plan.ts";
import type { SupervisedOutcome } from "./supervise.ts";

/** Where a run took place, for its facts. */
export interface Engine {
  /** Name and version. */
  engine: string;
  /** `Linux x86-64` */
  platform: string;
}

/**
 * The contract's result of a simulation that was started. Without extras: just status, outputs and errors. With them, a
 * failed run also has what was recorded up to its end, marked as partial.
 */
export function toRunResult(
  plan: RunPlan,
  outcome: SupervisedOutcome,
  engine: Engine,
  extras: boolean,
): RunResult {
  const failed = outcome.error !== undefined;
  const { description } = plan;
  const old: RunResult = {
    status: failed ? "error" : "success",
    outputs: toOutputs(description, outcome),
    errors: outcome.error === undefined ? [] : [outcome.error, ...explainHost(plan, outcome)],
  };
  if (!extras) return old;
  return {
    ...old,
    messages: [...plan.messages, ...outcome.messages, ...describeOutcome(description, plan, outcome)],
    execution_seconds: outcome.seconds,
    statistics: toStatistics(description, plan, outcome),
    facts: toFacts(description, plan, outcome, engine),
    series: toSeries(description, plan, outcome),
    ...(outcome.state === undefined ? {} : { state: new Uint8Array(outcome.state) }),
    ...(plan.debug ? { debug: toDebugSeries(description, outcome) } : {}),
  };
}

/* An FMU that wants its tool and does not get it fails at its start, in words that seldom say so. */
function explainHost(
  { interface: used, description }: RunPlan,
  { timeReached }: SupervisedOutcome,
): string[] {
  if (!used.description.needsExecutionTool || !Number.isNaN(timeReached)) return [];
  return [
    `The FMU needs ${nameHost(description.generationTool)} on the computer that runs it (needsExecutionTool).`,
  ];
}

function toOutputs(description: ModelDescription, { outputs }: SupervisedOutcome): RunResult["outputs"] {
  const byName = new Map(description.variables.map((variable) => [variable.name, variable]));
  return Object.fromEntries(
    (outputs ?? []).map(({ name, values }) => [name, toWireValue(byName.get(name), values)]),
  );
}

function toWireValue(variable: Variable | undefined, values: readonly StartValue[]): WireValue {
  const [first] = values;
  if (variable !== undefined && variable.dimensions.length > 0) return [...values];
  return first ?? [];
}

function toStatistics(
  description: ModelDescription,
  plan: RunPlan,
  { recording }: SupervisedOutcome,
): Record<string, VariableStatistics> {
  const columns = recordedColumns(description, plan.settings.outputs);
  return Object.fromEntries(
    columns.flatMap(({ name }, index) => {
      const column = recording?.statistics[index];
      return column === undefined ? [] : [[name, toWireStatistics(column)]];
    }),
  );
}

function toWireStatistics(column: ColumnStatistics): VariableStatistics {
  return {
    min: column.min,
    min_time: column.minTime,
    max: column.max,
    max_time: column.maxTime,
    // The sum that it comes from can be beyond what a number can be.
    mean: finiteOrNull(column.mean),
    final: finiteOrNull(column.final),
    non_finite_count: column.nonFiniteCount,
    first_non_finite_time: column.firstNonFiniteTime,
  };
}

function finiteOrNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

function toFacts(
  description: ModelDescription,
  { settings, interface: { type } }: RunPlan,
  outcome: SupervisedOutcome,
  engine: Engine,
): RunFacts {
  const { startTime, stopTime, stepSize, stepsPerPoint, tolerance, solver } = settings;
  return {
    fmi_version: description.fmiVersion,
    interface_type: type,
    solver: type === "model_exchange" ? (solver ?? "automatic") : null,
    start_time: startTime,
    stop_time: stopTime,
    step_size: stepSize,
    output_interval: stepSize * stepsPerPoint,
    tolerance: tolerance ?? null,
    steps: outcome.recording?.steps ?? 0,
    time_reached: Number.isNaN(outcome.timeReached) ? startTime : outcome.timeReached,
    end: outcome.end,
    partial: outcome.end !== "completed" && outcome.end !== "terminated_by_fmu",
    ...engine,
    seconds: outcome.seconds,
    deploy_tag: null,
  };
}

function toSeries(
  description: ModelDescription,
  { settings }: RunPlan,
  { recording, lists }: SupervisedOutcome,
): RunSeries | null {
  if (recording === undefined || recording.rows === 0) return null;
  const variables = Object.fromEntries(
    recordedColumns(description, settings.outputs).map(({ name, type }, index) => [
      name,
      { type, values: bytes(recording.columns[index] ?? new Float64Array()) },
    ]),
  );
  const { time, thinnedBy } = recording;
  const all = { rows: time.length, thinned_by: thinnedBy, time: bytes(time), variables };
  if (lists === undefined || lists.length === 0 || thinnedBy !== 1) return all;
  if (lists.some(({ values }) => values.length < time.length - 1)) return all;
  // A failure may come between the two recordings of a point: its texts are empty then.
  const whole = lists.map(({ name, values }) => ({ name, values: [...values, [""]].slice(0, time.length) }));
  return { ...all, lists: toLists(description, whole) };
}

function bytes(column: Float64Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

function toLists(
  { variables }: ModelDescription,
  lists: NonNullable<SupervisedOutcome["lists"]>,
): NonNullable<RunSeries["lists"]> {
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  return Object.fromEntries(
    lists.map(({ name, values }) => {
      const variable = byName.get(name);
      return [
        name,
        { type: variable?.type ?? "String", values: values.map((each) => toWireValue(variable, each)) },
      ];
    }),
  );
}

/** What led to a failure or to a value that is not finite; null where all went well. */
function toDebugSeries(
  description: ModelDescription,
  { debug, error }: SupervisedOutcome,
): DebugSeries | null {
  if (debug === undefined || (error === undefined && debug.nonFiniteTime === undefined)) return null;
  const variables = debugVariables(description).map(({ name, type }, index) => {
    const values = bytes(debug.columns[index] ?? new Float64Array());
    return [name, { type, values }] as const;
  });
  return { rows: debug.time.length, time: bytes(debug.time), variables: Object.fromEntries(variables) };
}

function describeOutcome(
  description: ModelDescription,
  { settings }: RunPlan,
  { end, timeReached, recording, lists }: SupervisedOutcome,
): string[] {
  const messages: string[] = [];
  const isWhole = end === "completed" || end === "terminated_by_fmu";
  if (recording === undefined && isWhole)
    messages.push("Warning: there is no series: its file was gone at the end, which is the FMU's own doing.");
  if (lists === undefined)
    messages.push("Warning: the series is without Strings and Binaries, whose recording was full at 1 MiB.");
  else if (lists.length > 0 && recording !== undefined && recording.thinnedBy > 1)
    messages.push("Warning: the series is without Strings and Binaries, as its points were thinned.");
  const rounded = findRounded(description, settings.outputs, recording?.statistics);
  if (rounded.length > 0)
    messages.push(
      `Warning: ${rounded.join(", ")} passed 2^53, from where on the series and its statistics are rounded to float64; ` +
        "the values at the end, in the outputs, are exact.",
    );
  const grid = createTimeGrid(settings.startTime, settings.stopTime, settings.stepSize);
  if (end === "terminated_by_fmu") {
    messages.push(`The FMU ended the simulation itself at ${timeReached} s, before ${grid.stopTime} s.`);
  }
  recordedColumns(description, settings.outputs).forEach(({ name }, index) => {
    const column = recording?.statistics[index];
    if (column === undefined || column.nonFiniteCount === 0) return;
    messages.push(
      `"${name}" is not a finite number from ${column.firstNonFiniteTime} s on (${column.nonFiniteCount} samples).`,
    );
  });
  return messages;
}

const ROUNDED: readonly Variable["type"][] = ["Int64", "UInt64", "Enumeration"];

/* The integers whose series float64 could not hold exactly, quoted. */
function findRounded(
  description: ModelDescription,
  outputs: readonly string[],
  statistics: readonly ColumnStatistics[] = [],
): string[] {
  return recordedColumns(description, outputs).flatMap(({ name, type }, index) => {
    const { min = 0, max = 0 } = statistics[index] ?? {};
    const largest = Math.max(-(min ?? 0), max ?? 0);
    return ROUNDED.includes(type) && largest > Number.MAX_SAFE_INTEGER ? [`"${name}"`] : [];
  });
}
