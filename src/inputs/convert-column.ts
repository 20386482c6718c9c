import { ToolError } from "../errors.ts";
import type { UnitDefinition, Variable } from "../fmi/description/model-description.ts";
import { integerRange } from "../fmi/start-values.ts";
import { convertToUnit } from "../fmi/units/units.ts";
import type { TableColumn } from "./input-table.ts";

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
    Math.abs(convert(1000) - (1000 * factor + offset)) <= 1e-9 * Math.abs(1000 * factor + offset);
  if (!isLine) return values.map(convert);
  if (factor === 1 && offset === 0) return values;
  return values.map((value) => Number((value * factor + offset).toPrecision(15)));
}

/** Throws `invalid_argument` for the first value that a variable of this type cannot take. */
export function checkColumnType(
  key: string,
  variable: Variable,
  values: Float64Array,
  time: Float64Array,
): void {
  const why = refusalOf(variable);
  const at = values.findIndex((value) => why(value) !== undefined);
  if (at < 0) return;
  throw new ToolError(
    "invalid_argument",
    `Cannot set "${key}" to ${values[at]} at ${time[at]} s: ${why(values[at] as number)}`,
    `Give values of "${key}" that its type, ${variable.type}, can take.`,
  );
}

function refusalOf({ type, enumeration }: Variable): (value: number) => string | undefined {
  if (type === "Boolean") return (value) => (value === 0 || value === 1 ? undefined : "a Boolean is 0 or 1");
  if (type === "Float32" || type === "Float64")
    return (value) =>
      Number.isFinite(Math.fround(value)) || type === "Float64" ? undefined : "it is too large";
  const items = new Set(enumeration?.map(({ value }) => value));
  if (items.size > 0)
    return (value) => (items.has(value) ? undefined : `its items are ${[...items].slice(0, 20).join(", ")}`);
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
