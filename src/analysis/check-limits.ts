import { ToolError } from "../errors.ts";
import { findClosestNames } from "../fmi/description/closest-names.ts";
import { convertToUnit, parseQuantity } from "../fmi/units/units.ts";
import { checkLimit, type LimitOutcome } from "./check-limit.ts";
import type { NumberColumn, Series } from "./series.ts";

/** Limits of one variable: numbers in its unit, or text with a unit such as `27 degC`. */
export interface Limits {
  min?: number | string | undefined;
  max?: number | string | undefined;
}

/** One limit of one variable and how the run kept to it. */
export interface CheckedLimit extends LimitOutcome {
  variable: string;
  side: "min" | "max";
  limit: number;
  /** Of the limit and of the worst value: the unit that the limit was given in, else the variable's. */
  unit: string | null;
}

/** Checks limits against recorded columns. Throws `not_found` for a name not recorded, `invalid_argument` for a limit that cannot be read. */
export function checkLimits(
  { time, columns }: Series,
  limits: Readonly<Record<string, Limits>>,
): CheckedLimit[] {
  return Object.entries(limits).flatMap(([name, limit]) => {
    const column = getColumn(columns, name);
    const sides = (["min", "max"] as const).filter((side) => limit[side] !== undefined);
    if (sides.length === 0) throw noLimit(name);
    return sides.map((side) => {
      const given = readLimit(column, limit[side] ?? Number.NaN);
      const outcome = checkLimit(time, column, side, given.inUnitOfColumn);
      const worst = outcome.worst === null ? null : given.toGivenUnit(outcome.worst);
      return { variable: name, side, limit: given.value, unit: given.unit, ...outcome, worst };
    });
  });
}

/** An empty limit that is passed over would read as one that was kept. */
function noLimit(name: string): ToolError {
  return new ToolError(
    "invalid_argument",
    `Cannot check "${name}": its limit has neither min nor max`,
    'Give `limits` such as {"T_room": {"max": "27 degC"}}.',
  );
}

/** The recorded column of that name. Throws `not_found` naming similar ones. */
export function getColumn(columns: readonly NumberColumn[], name: string): NumberColumn {
  const found = columns.find((column) => column.name === name);
  if (found) return found;
  const names = columns.map((column) => column.name);
  const elements = names.filter((each) => each.startsWith(`${name}[`)).slice(0, 5);
  const close = elements.length > 0 ? elements : findClosestNames(name, names);
  throw new ToolError(
    "not_found",
    `Cannot find "${name}" in the run's series: ${elements.length > 0 ? "it is an array, whose elements were recorded" : "it was not recorded as a number"}`,
    `Name a recorded variable (${(close.length > 0 ? close : names.slice(0, 5)).join(", ")}), or run again with it in \`output_variables\`.`,
  );
}

/** A limit as it was given and in the unit of the column that it is compared with. */
interface GivenLimit {
  value: number;
  unit: string | null;
  inUnitOfColumn: number;
  toGivenUnit(value: number): number;
}

function readLimit({ name, unit }: NumberColumn, given: number | string): GivenLimit {
  const value = typeof given === "number" ? given : Number(given.trim() === "" ? Number.NaN : given);
  if (Number.isFinite(value))
    return { value, unit: unit ?? null, inUnitOfColumn: value, toGivenUnit: (other) => other };
  const quantity = typeof given === "string" ? parseQuantity(given) : undefined;
  if (quantity === undefined) {
    throw new ToolError(
      "invalid_argument",
      `Cannot read the limit ${JSON.stringify(given)} of "${name}": it is no number and no number with a unit`,
      'Give `limits` such as {"T_room": {"max": "27 degC"}}.',
    );
  }
  if (unit === undefined) {
    throw new ToolError(
      "invalid_argument",
      `Cannot convert the limit ${JSON.stringify(given)} of "${name}": the variable has no unit`,
      "Give the limit as a bare number.",
    );
  }
  return {
    ...quantity,
    inUnitOfColumn: convertToUnit(quantity.value, quantity.unit, unit, new Map()),
    toGivenUnit: (other) => convertToUnit(other, unit, quantity.unit, new Map()),
  };
}
