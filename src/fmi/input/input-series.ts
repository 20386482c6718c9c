import { ToolError } from "../../errors.ts";

/** Between two time points: the value of the earlier one (`hold`), or the straight line (`linear`). */
export type InputInterpolation = "hold" | "linear";

/** The values of one input, in its own unit, one per time point. */
export interface InputColumn {
  values: Float64Array;
  interpolation: InputInterpolation;
}

/** Inputs over model time. Columns are keyed by variable, or by element for an array (`u[2]`). */
export interface InputSeries {
  /** s, never decreasing; a repeated time is a jump: its first point counts just before it, its last from it on. */
  time: Float64Array;
  columns: ReadonlyMap<string, InputColumn>;
}

/** A span of model time, s. */
export interface TimeSpan {
  startTime: number;
  stopTime: number;
}

const NEW_SERIES = "Correct the input series and give it again.";

/** The difference of two model times, s, that is rounding and no time: a few units in the last place of the largest. */
export function timeTolerance(time: Float64Array): number {
  return 16 * Number.EPSILON * Math.max(Math.abs(time[0] ?? 0), Math.abs(time[time.length - 1] ?? 0));
}

/**
 * Checks a series: columns as long as `time`, finite values, times that never decrease, and the whole run covered.
 * Throws `invalid_argument` naming the first bad point, and `out_of_range` naming both ranges.
 */
export function checkInputSeries(series: InputSeries, run: TimeSpan): void {
  checkTimes(series.time);
  for (const [name, { values }] of series.columns) checkValues(name, values, series.time);
  checkCoverage(series.time, run);
}

/** Throws `invalid_argument` for times that are none, not finite or decreasing. */
function checkTimes(time: Float64Array): void {
  if (time.length === 0) throw bad("it has no time points", NEW_SERIES);
  for (let i = 0; i < time.length; i++) {
    const at = time[i] as number;
    if (!Number.isFinite(at)) throw bad(`its time point ${i + 1} is ${at}`, NEW_SERIES);
    const before = time[i - 1] ?? at;
    if (at < before)
      throw bad(`its time goes back from ${before} s to ${at} s at time point ${i + 1}`, NEW_SERIES);
  }
}

function checkValues(name: string, values: Float64Array, time: Float64Array): void {
  const column = `its column ${JSON.stringify(name)}`;
  if (values.length !== time.length)
    throw bad(`${column} has ${values.length} values for ${time.length} time points`, NEW_SERIES);
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw bad(`${column} is ${values[at]} at ${time[at]} s`, NEW_SERIES);
}

/** Throws `out_of_range` for a run that begins before the first time point or ends after the last. */
export function checkCoverage(time: Float64Array, { startTime, stopTime }: TimeSpan): void {
  const first = time[0] ?? Number.NaN;
  const last = time[time.length - 1] ?? Number.NaN;
  const slack = timeTolerance(time);
  if (startTime >= first - slack && stopTime <= last + slack) return;
  const ranges = `it covers model time ${first} s to ${last} s, and the run goes from ${startTime} s to ${stopTime} s`;
  throw new ToolError(
    "out_of_range",
    `Cannot use the input series: ${ranges}`,
    "Give a series that covers the whole run, or set `start_time` and `stop_time` within it.",
  );
}

/** The part of a series that a run needs: the points within it and the nearest one on either side. The series must cover it. */
export function trimInputSeries(series: InputSeries, { startTime, stopTime }: TimeSpan): InputSeries {
  const { time } = series;
  const slack = timeTolerance(time);
  const from = Math.max(countUpTo(time, startTime + slack) - 1, 0);
  const reaching = countBelow(time, stopTime - slack);
  const to = Math.max(countUpTo(time, stopTime + slack), Math.min(reaching + 1, time.length));
  if (from === 0 && to === time.length) return series;
  const columns = new Map<string, InputColumn>();
  for (const [name, column] of series.columns)
    columns.set(name, { ...column, values: column.values.slice(from, to) });
  return { time: time.slice(from, to), columns };
}

/** How many of the ascending times are at most `limit`. */
export function countUpTo(time: Float64Array, limit: number): number {
  let low = 0;
  let high = time.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((time[middle] as number) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many of the ascending times are below `limit`. */
export function countBelow(time: Float64Array, limit: number): number {
  let low = 0;
  let high = time.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((time[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function bad(problem: string, remedy: string): ToolError {
  return new ToolError("invalid_argument", `Cannot use the input series: ${problem}`, remedy);
}
