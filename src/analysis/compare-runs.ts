import { digestOf } from "../runs/digest.ts";
import type { JsonValue, RunRecord } from "../runs/record.ts";
import { compareSeries, type SeriesDifference } from "./compare-series.ts";
import type { Series } from "./series.ts";

/** Something that two runs do not share; null where one has none of it. */
export interface Difference {
  what: string;
  this: JsonValue;
  other: JsonValue;
}

/** Facts of the runner that tell two ways of simulating apart; the rest (seconds, steps) differs from run to run. */
const FACTS = ["fmi_version", "interface_type", "solver", "engine", "platform", "end", "time_reached"];

/** Lists in what FMU, place, engine, settings and inputs two runs differ. */
export function compareRecords(one: RunRecord, other: RunRecord): Difference[] {
  return [
    ...differences(
      "",
      { ...describe(one), ...pick(one.facts) },
      { ...describe(other), ...pick(other.facts) },
    ),
    ...differences("setting ", settingsOf(one), settingsOf(other)),
    ...differences("input ", one.inputs_applied, other.inputs_applied),
    ...differences("argument ", seriesArguments(one), seriesArguments(other)),
  ];
}

/** Compares the columns that two runs both recorded; null for one that is not finite throughout. */
export function compareColumns(one: Series, other: Series): Record<string, SeriesDifference | null> {
  const compared: Record<string, SeriesDifference | null> = {};
  for (const { name, values } of one.columns) {
    const match = other.columns.find((column) => column.name === name);
    if (!match) continue;
    compared[name] = compareSeries({ time: one.time, values }, { time: other.time, values: match.values });
  }
  return compared;
}

function describe(record: RunRecord): Record<string, JsonValue> {
  const { endpoint, environment, app, status, fmu } = record;
  return { model: fmu.model_name, fmu_checksum: fmu.checksum, endpoint, environment, app, status };
}

function settingsOf({ settings }: RunRecord): Record<string, JsonValue> {
  const values = Object.entries(settings).map(([name, setting]) => [name, settingValue(setting)]);
  return Object.fromEntries(values);
}

function settingValue(setting: JsonValue): JsonValue {
  const isSourced = typeof setting === "object" && setting !== null && !Array.isArray(setting);
  return isSourced && "value" in setting ? (setting.value ?? null) : setting;
}

/** Inputs over time and files are told apart by what was given: their values are too many to list. */
function seriesArguments({ arguments: given }: RunRecord): Record<string, JsonValue> {
  const kept: Record<string, JsonValue> = {};
  for (const name of ["input_series", "files", "start_from_run"]) {
    const value = given[name];
    if (value !== undefined) kept[name] = shorten(value);
  }
  return kept;
}

function shorten(value: JsonValue): JsonValue {
  const text = JSON.stringify(value);
  return text.length <= 200 ? value : `${text.slice(0, 150)}… (sha256 ${digestOf(value).slice(0, 12)})`;
}

function pick(facts: Readonly<Record<string, JsonValue>> = {}): Record<string, JsonValue> {
  return Object.fromEntries(FACTS.filter((name) => name in facts).map((name) => [name, facts[name] ?? null]));
}

function differences(
  prefix: string,
  one: Readonly<Record<string, JsonValue>>,
  other: Readonly<Record<string, JsonValue>>,
): Difference[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .map((name) => ({ what: `${prefix}${name}`, this: one[name] ?? null, other: other[name] ?? null }))
    .filter((pair) => digestOf(pair.this) !== digestOf(pair.other));
}
