import { ToolError } from "../errors.ts";
import { findClosestNames } from "../fmi/description/closest-names.ts";
import type { ModelDescription, Variable } from "../fmi/description/model-description.ts";
import { findElement } from "../fmi/description/variable-element.ts";
import { whyNotDriven } from "../fmi/input/input-element.ts";
import { quote } from "../fmi/invalid-fmu.ts";
import type { InputTable, TableColumn } from "./input-table.ts";

/** A column and the variable, or element of one, that it drives. */
export interface Link {
  key: string;
  variable: Variable;
  columnName: string;
  column: TableColumn;
}

const MOST_NAMED = 8;

/**
 * Finds what drives what: the columns that `map` names, then columns named as an input or tunable parameter is. Throws
 * `invalid_argument` for a variable that cannot be driven, a column that is not there, and where nothing is driven at all.
 */
export function findLinks(
  table: InputTable,
  description: ModelDescription,
  map: Readonly<Record<string, string>>,
): Link[] {
  const links = Object.entries(map).map(([key, columnName]) =>
    linkMapped(table, description, key, columnName),
  );
  const driven = new Set(links.map(({ key }) => key));
  const taken = new Set(links.map(({ columnName }) => columnName));
  for (const [name, column] of table.columns) {
    if (driven.has(name) || taken.has(name)) continue;
    const variable = findElement(description, name)?.variable;
    if (variable === undefined || whyNotDriven(variable) !== undefined || isWholeArray(variable, name))
      continue;
    links.push({ key: name, variable, columnName: name, column });
  }
  if (links.length === 0) throw nothingMatches(table, description);
  return links;
}

function linkMapped(table: InputTable, description: ModelDescription, key: string, columnName: string): Link {
  const found = findElement(description, key);
  if (found === undefined) throw unknownVariable(key, description);
  const why = whyNotDriven(found.variable);
  if (why !== undefined) throw refuse(key, why, description);
  if (isWholeArray(found.variable, key))
    throw refuse(
      key,
      `it is an array; a column drives one element, such as ${quote(`${key}[1]`)}`,
      description,
    );
  const column = table.columns.get(columnName);
  if (column === undefined) throw unknownColumn(table, key, columnName);
  return { key, variable: found.variable, columnName, column };
}

function isWholeArray({ dimensions, name }: Variable, key: string): boolean {
  return dimensions.length > 0 && key === name;
}

function listDriven(description: ModelDescription): string[] {
  return description.variables.filter((each) => whyNotDriven(each) === undefined).map(({ name }) => name);
}

function someOf(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  return names.slice(0, MOST_NAMED).map(shorten).join(", ") + more;
}

// Headers are a file's text: only what looks like a name stands without quotes.
function shorten(name: string): string {
  return /^[^\p{Cc}]{1,60}$/u.test(name) ? name : quote(name.slice(0, 60));
}

function nothingMatches({ source, columns }: InputTable, description: ModelDescription): ToolError {
  const names = `its columns are ${someOf([...columns.keys()])}; the model's inputs are ${someOf(listDriven(description))}`;
  const remedy = "Give a map from variable to column in the input series.";
  return new ToolError(
    "invalid_argument",
    `Cannot use ${source}: no column is named as an input is; ${names}`,
    remedy,
  );
}

function unknownVariable(key: string, description: ModelDescription): ToolError {
  const driven = listDriven(description);
  const close = findClosestNames(key, driven);
  const remedy = `Name an input or a tunable parameter, ${close.length > 0 ? `such as ${close.join(" or ")}` : `of: ${someOf(driven)}`}.`;
  return new ToolError(
    "invalid_argument",
    `Cannot set ${quote(key)} over time: the model has no such variable`,
    remedy,
  );
}

function refuse(key: string, why: string, description: ModelDescription): ToolError {
  const remedy = `Drive inputs and tunable parameters only: ${someOf(listDriven(description))}.`;
  return new ToolError("invalid_argument", `Cannot set "${key}" over time: ${why}`, remedy);
}

function unknownColumn({ source, columns }: InputTable, key: string, columnName: string): ToolError {
  const close = findClosestNames(columnName, columns.keys());
  const names = someOf(close.length > 0 ? close : [...columns.keys()]);
  return new ToolError(
    "invalid_argument",
    `Cannot set "${key}" from the column ${quote(columnName)}: ${source} has no such column`,
    `Map "${key}" to a column that is there: ${names}.`,
  );
}
