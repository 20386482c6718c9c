import { ToolError } from "../errors.ts";
import type { UnitDefinition, Variable } from "../fmi/description/model-description.ts";
import { integerRange } from "../fmi/start-values.ts";
import { convertToUnit } from "../fmi/units/units.ts";
import type { TableColumn } from "./input-table.ts";

const MOST_ITEMS = 20;

/** What values are for: a variable, or an element of one. */
interface Driven {
  key: string;
  variable: Variable;
}

/** Brings the values of a column into the variable's own unit; the same array where nothing is to be done. */
export function convertColumn(
  { values, unit }: Pick<TableColumn, "values" | "unit">,
  variable: Variable,
  definitions: ReadonlyMap<string, UnitDefinition>,
): Float64Array {
  const own = variable.unit;
  if (unit === undefined || own === undefined || unit === own) return values;
  const relative = { relative: variable.relativeQuantity };
  const convert = (value: number) => convertToUnit(value, unit, own, definitions, relative);
  // The conversion is parsed anew by every call: a straight line is measured once instead.
  const factor = convertToUnit(1, unit, own, definitions, { relative: true });
  const offset = convert(0);
  const isLine =
    Number.isFinite(offset) &&
    Math.abs(convert(1000) - (1000 * factor + offset)) <= 1e-9 * Math.abs(1000 * factor + offset);
  if (!isLine) return values.map(convert);
  if (factor === 1 && offset === 0) return values;
  return values.map((value) => Number((value * factor + offset).toPrecision(15)));
}

/** Throws `invalid_argument` for the first value that a variable of this type cannot take. */
export function checkColumnType(driven: Driven, values: Float64Array, time: Float64Array): void {
  const why = refusalOf(driven.variable);
  const at = values.findIndex((value) => why(value) !== undefined);
  if (at < 0) return;
  const value = values[at] as number;
  throw refuseValue(driven, String(value), time[at], why(value) ?? "");
}

/** The error for a value that a variable cannot take at a time, s; `why` is the end of a sentence. */
export function refuseValue(
  { key, variable }: Driven,
  value: string,
  time: number | undefined,
  why: string,
): ToolError {
  return new ToolError(
    "invalid_argument",
    `Cannot set "${key}" to ${value} at ${time} s: ${why}`,
    `Give values of "${key}" that its type, ${variable.type}, can take.`,
  );
}

/** What an enumeration can be, as the end of a sentence. */
export function describeItems(items: NonNullable<Variable["enumeration"]>): string {
  const more = items.length > MOST_ITEMS ? ` and ${items.length - MOST_ITEMS} more` : "";
  const shown = items.slice(0, MOST_ITEMS).map(({ name, value }) => `${name} (${value})`);
  return `its items are ${shown.join(", ")}${more}`;
}

function refusalOf({ type, enumeration }: Variable): (value: number) => string | undefined {
  if (type === "Boolean") return (value) => (value === 0 || value === 1 ? undefined : "a Boolean is 0 or 1");
  if (type === "Float32" || type === "Float64")
    return (value) => {
      if (!Number.isFinite(value)) return "it is no finite number in the variable's own unit";
      return Number.isFinite(Math.fround(value)) || type === "Float64" ? undefined : "it is too large";
    };
  const items = new Set(enumeration?.map(({ value }) => value));
  if (items.size > 0) return (value) => (items.has(value) ? undefined : describeItems(enumeration ?? []));
  const range = integerRange(type);
  return (value) => {
    if (!Number.isInteger(value)) return "it would lose its fraction";
    const isInside = range === undefined || (BigInt(value) >= range.min && BigInt(value) <= range.max);
    return isInside ? undefined : `a ${type} goes from ${range.min} to ${range.max}`;
  };
}

/** Says how many values lie outside the variable's min and max; undefined where none does. */
export function rangeWarning(
  key: string,
  { min, max, unit }: Variable,
  values: Float64Array,
): string | undefined {
  const low = min ?? Number.NEGATIVE_INFINITY;
  const high = max ?? Number.POSITIVE_INFINITY;
  let outside = 0;
  for (const value of values) if (value < low || value > high) outside += 1;
  if (outside === 0) return undefined;
  const range = `${min ?? "-∞"} to ${max ?? "∞"}${unit === undefined ? "" : ` ${unit}`}`;
  return `"${key}" lies outside its range ${range} at ${outside} of ${values.length} time points.`;
}
