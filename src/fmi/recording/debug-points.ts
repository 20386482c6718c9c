import { isNumeric } from "../description/dimensions.ts";
import type { ModelDescription, Variable } from "../description/model-description.ts";
import { groupByType } from "./recorded-columns.ts";

/** The last points before something went wrong; each column is as long as `time`, oldest first. */
export interface DebugPoints {
  time: Float64Array<ArrayBuffer>;
  columns: Float64Array<ArrayBuffer>[];
  /** When a value stopped to be finite, s; undefined where none did. */
  nonFiniteTime: number | undefined;
}

/** Points that are kept. */
export const DEBUG_POINTS = 100;
const MOST_VARIABLES = 10_000;

/** Layout, all float64: points taken, the time of the first non-finite value; then rows of a time and the values. */
export const DEBUG_LAYOUT = { taken: 0, nonFinite: 1, rows: 2 } as const;

/** The variables that are watched: every numeric scalar, the first 10,000, in the order of the columns. */
export function debugVariables(description: ModelDescription): Variable[] {
  const scalars = description.variables.filter(
    (variable) => variable.dimensions.length === 0 && isNumeric(variable),
  );
  return [...groupByType(scalars.slice(0, MOST_VARIABLES), description.fmiMajor).values()].flat();
}

/** Size in bytes of the memory for so many variables. */
export function debugRingBytes(variables: number): number {
  return 8 * (DEBUG_LAYOUT.rows + DEBUG_POINTS * (variables + 1));
}

/** Reads the points of so many variables back, finished or cut off. */
export function readDebugRing(data: Float64Array, variables: number): DebugPoints {
  const taken = data[DEBUG_LAYOUT.taken] ?? 0;
  const rows = Math.min(taken, DEBUG_POINTS);
  const value = (row: number, column: number) =>
    data[DEBUG_LAYOUT.rows + ((taken - rows + row) % DEBUG_POINTS) * (variables + 1) + column] ?? Number.NaN;
  const column = (index: number) => Float64Array.from({ length: rows }, (_, row) => value(row, index));
  const nonFiniteTime = data[DEBUG_LAYOUT.nonFinite];
  return {
    time: column(0),
    columns: Array.from({ length: variables }, (_, index) => column(index + 1)),
    nonFiniteTime: Number.isNaN(nonFiniteTime) || taken === 0 ? undefined : nonFiniteTime,
  };
}
