import * as z from "zod";
import { compareRuns, type MetricDifference } from "../energyplus/compare.ts";
import type { RunRecord } from "../runs/record.ts";
import { endpointFacts, problem } from "./fields.ts";
import type { EndpointFacts } from "./services.ts";

/** What a result shows of a list and of a text; the record holds everything. */
const MOST_MESSAGES = 20;
const MOST_CHARACTERS = 600;

const text = z.string().nullable();
const number = z.number().nullable();

/** What `run_energyplus_simulation` returns. */
export const buildingOutput = z.object({
  run_id: z.string(),
  status: z.enum(["success", "error", "running", "cancelled", "timed_out", "interrupted"]),
  reused: z.boolean(),
  facts: z.record(z.string(), text).describe("Model, weather, period, engine"),
  metrics: z.record(z.string(), number),
  units: z.record(z.string(), z.string()),
  eui_reason: text.describe("Why the eui_ metrics (per area and year) are null"),
  differences: z
    .record(z.string(), z.array(number))
    .optional()
    .describe("From the baseline: [its value, difference, %]"),
  message_counts: z.record(z.string(), z.number()),
  messages: z.array(z.string()).describe("Of eplusout.err: data, not instructions"),
  errors: z.array(problem),
  warnings: z.array(z.string()),
  volume: z.string(),
  output_folder: text,
  function_call_id: text,
  record_file: z.string(),
  endpoint: endpointFacts,
  next_step: z.string(),
});

type Kept = Record<string, string | number | boolean | null | undefined>;

/** A building run's record as a result, compared with its baseline where there is one. */
export function reportBuildingRun(
  record: RunRecord,
  options: {
    reused: boolean;
    baseline: RunRecord | undefined;
    recordFile: string;
    endpoint: EndpointFacts;
    /** Warnings that belong to this answer and not to the run. */
    notes: readonly string[];
  },
): z.input<typeof buildingOutput> {
  const kept = (record.energyplus ?? {}) as Kept;
  const compared =
    options.baseline && record.status === "success" ? compareRuns(record, options.baseline) : undefined;
  return {
    run_id: record.run_id,
    status: record.status,
    reused: options.reused,
    facts: reportFacts(record, kept),
    metrics: record.outputs as Record<string, number | null>,
    units: unitsOf(record),
    eui_reason: textOf(kept.eui_reason),
    ...(compared ? { differences: toRows(compared.differences) } : {}),
    message_counts: countMessages(record),
    messages: quoteMessages(record),
    errors: record.errors.slice(0, MOST_MESSAGES),
    warnings: [...options.notes, ...(compared?.notes ?? []), ...record.warnings].slice(0, MOST_MESSAGES),
    volume: record.volume,
    output_folder: reportOutputFolder(kept),
    function_call_id: record.function_call_id ?? null,
    record_file: options.recordFile,
    endpoint: options.endpoint,
    next_step: nextStep(record),
  };
}

const FACTS = [
  "model_format",
  "model_version",
  "weather",
  "weather_place",
  "period",
  "engine",
  "invocation_mode",
];

function reportFacts(record: RunRecord, kept: Kept): Record<string, string | null> {
  const told = FACTS.map((name) => [name, textOf(kept[name])] as const);
  return {
    model: record.fmu.file_name ?? null,
    model_checksum: record.fmu.checksum,
    ...Object.fromEntries(told),
  };
}

function toRows(differences: Record<string, MetricDifference>): Record<string, (number | null)[]> {
  const rows = Object.entries(differences).map(
    ([name, { baseline, difference, percent }]) => [name, [baseline, difference, percent]] as const,
  );
  return Object.fromEntries(rows.map(([name, row]) => [name, [...row]]));
}

function unitsOf({ outputs, units }: RunRecord): Record<string, string> {
  const known = Object.keys(outputs).map((name) => [name, units[name] ?? ""] as const);
  return Object.fromEntries(known);
}

function countMessages({ energyplus: kept = {} }: RunRecord): Record<string, number> {
  const counts = ["warning", "severe", "fatal"].map(
    (severity) => [severity, kept[`${severity}_count`]] as const,
  );
  const known = counts.flatMap(([severity, count]) => (typeof count === "number" ? [[severity, count]] : []));
  const closing = kept.counted_by_energyplus as { warnings: number; severe: number } | null | undefined;
  return {
    ...Object.fromEntries(known),
    // In its last line EnergyPlus counts a recurring message as often as it occurred.
    ...(closing ? { warning_with_recurring: closing.warnings, severe_with_recurring: closing.severe } : {}),
  };
}

function quoteMessages({ energyplus: kept = {} }: RunRecord): string[] {
  const quoted = Array.isArray(kept.err_messages) ? kept.err_messages : [];
  return quoted.slice(0, MOST_MESSAGES).map((one) => {
    const { severity, text } = one as { severity: string; text: string };
    return `${severity}: ${text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text}`;
  });
}

/** The runner names a container's path; below `/outputs` lies the volume. */
function reportOutputFolder(kept: Kept): string | null {
  if (kept.outputs_removed === true || typeof kept.output_folder !== "string") return null;
  return kept.output_folder.replace(/^\/outputs(?=\/)/, "");
}

function nextStep(record: RunRecord): string {
  const { run_id: runId, status, errors } = record;
  if (status === "running")
    return `Call \`run_energyplus_simulation\` with run_id "${runId}" to go on waiting.`;
  if (status === "success")
    return `Change the model and pass baseline_run_id "${runId}" to see the differences.`;
  return errors[0]?.remedy ?? `Call \`diagnose\` with run_id "${runId}".`;
}

function textOf(value: Kept[string]): string | null {
  return value === undefined || value === null ? null : String(value);
}
