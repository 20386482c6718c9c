import { ToolError } from "../errors.ts";
import type { ModelDescription } from "../fmi/description/model-description.ts";
import { isHeld } from "../fmi/input/input-element.ts";
import {
  checkCoverage,
  type InputColumn,
  type InputInterpolation,
  type InputSeries,
  type TimeSpan,
  trimInputSeries,
} from "../fmi/input/input-series.ts";
import { quote } from "../fmi/invalid-fmu.ts";
import {
  checkColumnType,
  convertColumn,
  describeItems,
  rangeWarning,
  refuseValue,
} from "./convert-column.ts";
import { findLinks, type Link } from "./find-links.ts";
import type { InputTable } from "./input-table.ts";

/** How columns become inputs. */
export interface ColumnMapping {
  /** Variable (or element, `u[2]`) to column; columns named as an input is are used beside it. */
  map?: Readonly<Record<string, string>> | undefined;
  /** By variable; what is not named follows the source, then the type: lines for continuous floats, else held. */
  interpolation?: Readonly<Record<string, InputInterpolation>> | undefined;
}

/** Inputs ready for a run, each in its variable's own unit. */
export interface MappedInputs {
  series: InputSeries;
  /** What was read as what. */
  notes: string[];
  warnings: string[];
}

/**
 * Makes the input series of a run from a table: finds the columns, converts units, checks types, cuts to the run.
 * Throws `invalid_argument` for a variable that takes no inputs over time, a column that is not there or cannot be used, and a
 * unit of another dimension; `out_of_range` for a table that does not cover the run.
 */
export function mapColumns(
  table: InputTable,
  description: ModelDescription,
  mapping: ColumnMapping,
  run: TimeSpan,
): MappedInputs {
  const links = findLinks(table, description, mapping.map ?? {});
  checkInterpolationNames(links, mapping);
  checkCoverage(table.time, run);
  const notes = [...table.notes];
  const warnings: string[] = [];
  const columns = new Map<string, InputColumn>();
  const raw = new Map<string, InputColumn>();
  for (const link of links) {
    const values = readValues(link, table.time);
    raw.set(link.key, { values, interpolation: chooseInterpolation(link, mapping) });
  }
  const cut = trimInputSeries({ time: table.time, columns: raw }, run);
  for (const link of links) {
    const { values = new Float64Array(0), interpolation = "hold" } = cut.columns.get(link.key) ?? {};
    const converted = convertLink(link, values, description);
    checkColumnType(link, converted, cut.time);
    columns.set(link.key, { values: converted, interpolation });
    notes.push(describeLink(link, interpolation));
    warnings.push(...link.column.warnings);
    const outside = rangeWarning(link.key, link.variable, converted);
    if (outside !== undefined) warnings.push(outside);
    const { unit = "1" } = link.column;
    if (unit !== "1" && link.variable.unit === undefined)
      warnings.push(`"${link.key}" has no unit in the model: ${unit} was taken as it stands.`);
  }
  notes.push(...describeUnused(table, links));
  return { series: { time: cut.time, columns }, notes, warnings };
}

/* The values of a column, the names of an enumeration's items as their numbers. */
function readValues({ key, variable, column }: Link, time: Float64Array): Float64Array {
  const { values, words, problem } = column;
  const items = variable.enumeration ?? [];
  if (words !== undefined && items.length === 0) throw words.problem;
  if (problem !== undefined) throw problem;
  if (words === undefined) return values;
  const replaced = words.replaceIn(values, new Map(items.map(({ name, value }) => [name, value])));
  if (replaced instanceof Float64Array) return replaced;
  throw refuseValue({ key, variable }, quote(replaced.word), time[replaced.row], describeItems(items));
}

function chooseInterpolation({ key, variable, column }: Link, mapping: ColumnMapping): InputInterpolation {
  const wanted = mapping.interpolation?.[key];
  const chosen = wanted ?? column.interpolation ?? (isHeld(variable) ? "hold" : "linear");
  if (chosen === "hold") return chosen;
  if (column.onlyHeld !== undefined) throw notLinear(key, column.onlyHeld);
  if (isHeld(variable))
    throw notLinear(key, `as a ${variable.type} that is ${variable.variability} it changes in steps`);
  return chosen;
}

function notLinear(key: string, why: string): ToolError {
  return new ToolError(
    "invalid_argument",
    `Cannot join the values of "${key}" by straight lines: ${why}`,
    `Give "hold" as the interpolation of "${key}", or leave it out.`,
  );
}

function convertLink(
  { key, variable, column }: Link,
  values: Float64Array,
  description: ModelDescription,
): Float64Array {
  try {
    return convertColumn({ values, unit: column.unit }, variable, description.unitDefinitions);
  } catch (cause) {
    if (!(cause instanceof ToolError)) throw cause;
    throw new ToolError(cause.code, `Cannot set "${key}" over time: ${cause.message}`, cause.remedy, {
      cause,
    });
  }
}

function checkInterpolationNames(links: readonly Link[], { interpolation = {} }: ColumnMapping): void {
  const keys = links.map(({ key }) => key);
  const stray = Object.keys(interpolation).find((name) => !keys.includes(name));
  if (stray === undefined) return;
  throw new ToolError(
    "invalid_argument",
    `Cannot choose an interpolation for ${quote(stray)}: no column drives it`,
    `Name one of the variables that a column drives: ${keys.slice(0, 20).join(", ")}.`,
  );
}

function describeLink(
  { key, variable, column, columnName }: Link,
  interpolation: InputInterpolation,
): string {
  const { unit } = column;
  const own = variable.unit;
  const units =
    unit !== undefined && own !== undefined && unit !== own ? `, ${unit} converted to ${own}` : "";
  const how = interpolation === "hold" ? "held" : "straight lines";
  return `"${key}" follows the column ${quote(columnName)} (${how}${units}).`;
}

function describeUnused({ columns }: InputTable, links: readonly Link[]): string[] {
  const used = new Set(links.map(({ columnName }) => columnName));
  const unused = [...columns.keys()].filter((name) => !used.has(name));
  if (unused.length === 0) return [];
  const more = unused.length > 8 ? ` and ${unused.length - 8} more` : "";
  return [`Not used: ${unused.slice(0, 8).map(quote).join(", ")}${more}.`];
}
