import { type InputColumn, timeTolerance } from "./input-series.ts";

/** Where inputs are not smooth, in ascending model times, s, each once. */
export interface InputBreaks {
  /** A column jumps. */
  events: Float64Array;
  /** A column jumps, or a linear one changes its slope. */
  breakpoints: Float64Array;
}

/** Finds the jumps and bends of columns that share their time points. */
export function findInputBreaks(time: Float64Array, columns: readonly InputColumn[]): InputBreaks {
  const slack = timeTolerance(time);
  const events: number[] = [];
  const breakpoints: number[] = [];
  for (let first = 1; first < time.length; ) {
    const at = time[first] as number;
    let last = first;
    while (last + 1 < time.length && (time[last + 1] as number) - at <= slack) last += 1;
    if (columns.some((column) => jumps(column, first, last))) events.push(at);
    if (columns.some((column) => jumps(column, first, last) || bends(column, time, first, last)))
      breakpoints.push(at);
    first = last + 1;
  }
  return { events: Float64Array.from(events), breakpoints: Float64Array.from(breakpoints) };
}

// `first` to `last` are the points of one time; what holds before it ends with the point before the first.
function jumps({ values, interpolation }: InputColumn, first: number, last: number): boolean {
  return values[interpolation === "hold" ? first - 1 : first] !== values[last];
}

function bends(column: InputColumn, time: Float64Array, first: number, last: number): boolean {
  if (column.interpolation === "hold") return false;
  const before = slope(column.values, time, first - 1, first);
  const after = last + 1 < time.length ? slope(column.values, time, last, last + 1) : 0;
  return Math.abs(before - after) > 1e-9 * Math.max(Math.abs(before), Math.abs(after));
}

function slope(values: Float64Array, time: Float64Array, from: number, to: number): number {
  const length = (time[to] as number) - (time[from] as number);
  return length > 0 ? ((values[to] as number) - (values[from] as number)) / length : 0;
}
