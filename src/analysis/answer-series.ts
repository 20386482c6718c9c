import { ToolError } from "../errors.ts";
import { namePattern } from "../fmi/description/name-pattern.ts";
import { type CheckedLimit, checkLimits, getColumn, type Limits } from "./check-limits.ts";
import type { NumberColumn, Series } from "./series.ts";
import { findSettling, type Settling } from "./settling.ts";
import { thinRows } from "./thin-rows.ts";

/** Digits of a number in a row for a reader; the CSV file has them all. */
const SHOWN_DIGITS = 9;

/** What to tell of a series; times in seconds of model time. */
export interface SeriesQuestions {
  from?: number | undefined;
  to?: number | undefined;
  /** Names and patterns of the columns to show, in how many rows, and at most how many columns. */
  rows: { variables: readonly string[]; points: number; most: number } | undefined;
  limits?: Readonly<Record<string, Limits>> | undefined;
}

/** Rows of a series for a reader: time first; null for what is no finite number. */
export interface SeriesRows {
  columns: string[];
  units: (string | null)[];
  rows: (number | null)[][];
  /** Rows between `from` and `to` before thinning. */
  recorded_rows: number;
  /** Columns that were asked for and are not shown. */
  omitted: string[];
}

/** The answers to the questions asked; settling is told of the whole run's columns, at most 20, whatever the range. */
export function answerSeries(
  whole: Series,
  { from, to, rows, limits }: SeriesQuestions,
): { series?: SeriesRows; limits?: CheckedLimit[]; settled: Record<string, Settling> } {
  const series = cut(whole, from, to);
  return {
    ...(rows ? { series: showRows(series, rows) } : {}),
    ...(limits ? { limits: checkLimits(series, limits) } : {}),
    settled: Object.fromEntries(
      whole.columns.slice(0, 20).map(({ name, values }) => [name, findSettling(whole.time, values)]),
    ),
  };
}

/** The rows whose time lies in the range. Throws `invalid_argument` where there is none. */
function cut(series: Series, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY): Series {
  const { time, columns } = series;
  let start = 0;
  let end = time.length;
  while (start < end && (time[start] ?? 0) < from - rounding(from)) start++;
  while (end > start && (time[end - 1] ?? 0) > to + rounding(to)) end--;
  if (start === end && time.length > 0) {
    throw new ToolError(
      "invalid_argument",
      `Cannot show the series from ${from} s to ${to} s: the run recorded nothing there`,
      `Choose \`from\` and \`to\` within ${time[0]} s and ${time.at(-1)} s.`,
    );
  }
  if (end - start === time.length) return series;
  return {
    time: time.subarray(start, end),
    columns: columns.map((column) => ({ ...column, values: column.values.subarray(start, end) })),
  };
}

/** A grid point such as 51 * 0.1 lies a rounding error beside the 5.1 that a reader writes. */
function rounding(time: number): number {
  return Number.isFinite(time) ? 1e-12 * Math.abs(time) : 0;
}

function showRows(
  { time, columns }: Series,
  { variables, points, most }: NonNullable<SeriesQuestions["rows"]>,
): SeriesRows {
  const wanted = select(columns, variables);
  const shown = wanted.slice(0, most);
  const kept = thinRows(shown, time.length, points);
  return {
    columns: ["time", ...shown.map(({ name }) => name)],
    units: ["s", ...shown.map(({ unit }) => unit ?? null)],
    rows: kept.map((row) => [shownNumber(time[row]), ...shown.map(({ values }) => shownNumber(values[row]))]),
    recorded_rows: time.length,
    omitted: wanted.slice(most).map(({ name }) => name),
  };
}

/** The columns that names and patterns mean, in their order, each once. */
function select(columns: readonly NumberColumn[], wanted: readonly string[]): NumberColumn[] {
  const found = wanted.flatMap((name) => {
    if (!name.includes("*")) return [getColumn(columns, name)];
    const pattern = namePattern(name);
    return columns.filter((column) => pattern.test(column.name));
  });
  return [...new Set(found)];
}

function shownNumber(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? Number(value.toPrecision(SHOWN_DIGITS)) : null;
}
