import type { Fmu } from "../fmu.ts";
import { findRunWarnings } from "../fmu-warnings.ts";
import type { Platform } from "../platforms.ts";
import type { Causality, ModelDescription, StartValue, Variable } from "./model-description.ts";

const MOST_VARIABLES = 100;
const MOST_START_VALUES = 16;
const MOST_ITEMS = 20;
const LONGEST_TEXT = 200;

/** A start value as JSON: integers beyond 2^53 in decimal digits, Binary in hex, NaN and infinities as null. */
export type JsonStart = number | boolean | string | null;

/** A variable in a summary; `min`, `max` and `start` in its unit. */
export interface VariableSummary {
  name: string;
  type: string;
  unit: string | null;
  /** An array's values in row-major order, the first 16. */
  start: JsonStart | JsonStart[];
  min: number | null;
  max: number | null;
  description: string | null;
  /** For arrays only: sizes, or the names of the structural parameters that set them. */
  dimensions?: (number | string)[];
  /** For enumerations only: the first 20 items. */
  items?: { name: string; value: number }[];
}

/** What an FMU is, as JSON; at most 100 variables of each kind, the `…_omitted` members count the rest. */
export interface FmuSummary {
  name: string;
  fmi_version: string;
  interface_types: string[];
  platforms: string[];
  generation_tool: string | null;
  generation_date: string | null;
  needs_execution_tool: boolean;
  inputs: VariableSummary[];
  inputs_omitted: number;
  outputs: VariableSummary[];
  outputs_omitted: number;
  parameters: VariableSummary[];
  parameters_omitted: number;
  /** Seconds; null where the FMU gives none. */
  default_experiment: {
    start_time: number | null;
    stop_time: number | null;
    step_size: number | null;
    tolerance: number | null;
  };
  warnings: string[];
}

/** The facts of an FMU for a reader who is about to run it on `target`, where that is known; pure. */
export function summarizeFmu(
  fmu: Pick<Fmu, "archive" | "description" | "platforms">,
  target: Platform | undefined,
): FmuSummary {
  const { description } = fmu;
  const { startTime, stopTime, stepSize, tolerance } = description.defaultExperiment;
  const inputs = pick(description, ["input"]);
  const outputs = pick(description, ["output"]);
  const parameters = pick(description, ["parameter", "structuralParameter"]);
  const runnable = description.coSimulation ?? description.modelExchange ?? description.scheduledExecution;
  return {
    name: shorten(description.modelName),
    fmi_version: description.fmiVersion,
    interface_types: listInterfaceTypes(description),
    platforms: fmu.platforms.map((platform) => platform.label),
    generation_tool: shortenOptional(description.generationTool),
    generation_date: shortenOptional(description.generationDateAndTime),
    needs_execution_tool: runnable?.needsExecutionTool ?? false,
    inputs: inputs.shown,
    inputs_omitted: inputs.omitted,
    outputs: outputs.shown,
    outputs_omitted: outputs.omitted,
    parameters: parameters.shown,
    parameters_omitted: parameters.omitted,
    default_experiment: {
      start_time: jsonNumber(startTime),
      stop_time: jsonNumber(stopTime),
      step_size: jsonNumber(stepSize),
      tolerance: jsonNumber(tolerance),
    },
    warnings: target === undefined ? [] : findRunWarnings(fmu, target),
  };
}

function listInterfaceTypes(description: ModelDescription): string[] {
  const types: string[] = [];
  if (description.coSimulation !== undefined) types.push("Co-Simulation");
  if (description.modelExchange !== undefined) types.push("Model Exchange");
  if (description.scheduledExecution !== undefined) types.push("Scheduled Execution");
  return types;
}

function pick(
  description: ModelDescription,
  causalities: readonly Causality[],
): { shown: VariableSummary[]; omitted: number } {
  const all = description.variables.filter((variable) => causalities.includes(variable.causality));
  const shown = all.slice(0, MOST_VARIABLES).map((variable) => summarizeVariable(variable, description));
  return { shown, omitted: all.length - shown.length };
}

/** One variable for a reader; pure. */
export function summarizeVariable(variable: Variable, description: ModelDescription): VariableSummary {
  const { dimensions, enumeration, start } = variable;
  const values = start?.slice(0, MOST_START_VALUES).map(jsonStart) ?? null;
  return {
    name: variable.name,
    type: variable.type,
    unit: shortenOptional(variable.unit),
    start: dimensions.length === 0 ? (values?.[0] ?? null) : values,
    min: jsonNumber(variable.min),
    max: jsonNumber(variable.max),
    description: shortenOptional(variable.description),
    ...(dimensions.length > 0 && { dimensions: dimensions.map((each) => nameDimension(each, description)) }),
    ...(enumeration !== undefined && { items: enumeration.slice(0, MOST_ITEMS).map(shortenItem) }),
  };
}

function nameDimension(
  dimension: Variable["dimensions"][number],
  description: ModelDescription,
): number | string {
  if ("start" in dimension) return dimension.start;
  const { valueReference } = dimension;
  const setBy = description.variables.find((variable) => variable.valueReference === valueReference);
  return setBy?.name ?? `value reference ${valueReference}`;
}

function jsonStart(value: StartValue): JsonStart {
  if (typeof value === "number") return jsonNumber(value);
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return shorten(Buffer.from(value).toString("hex"));
  return typeof value === "string" ? shorten(value) : value;
}

function jsonNumber(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

function shortenItem(item: { name: string; value: number }): { name: string; value: number } {
  return { name: shorten(item.name), value: item.value };
}

function shortenOptional(text: string | undefined): string | null {
  return text === undefined ? null : shorten(text);
}

function shorten(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
