import type { NumberColumn } from "./series.ts";

/** How a recorded variable stands to one limit; values in the variable's unit, times in seconds of model time. */
export interface LimitOutcome {
  /** Null where a value on the way was not a finite number. */
  met: boolean | null;
  /** When it first went beyond; the line between two recorded points tells. */
  first_crossing: number | null;
  seconds_beyond: number;
  /** The value farthest to the side of the limit, kept or not. */
  worst: number | null;
  worst_time: number | null;
}

/** Compares a column with an upper (`max`) or lower (`min`) limit in the column's unit. */
export function checkLimit(
  time: Float64Array,
  column: NumberColumn,
  side: "min" | "max",
  limit: number,
): LimitOutcome {
  // As an excess over the limit both sides are one question: where is it above zero?
  const sign = side === "max" ? 1 : -1;
  const excess = (row: number) => sign * ((column.values[row] ?? Number.NaN) - limit);
  let worst: number | undefined;
  let firstCrossing: number | null = null;
  let secondsBeyond = 0;
  let finite = true;
  for (let row = 0; row < time.length; row++) {
    const here = excess(row);
    if (!Number.isFinite(here)) {
      finite = false;
      continue;
    }
    if (worst === undefined || here > excess(worst)) worst = row;
    const before = row === 0 ? Number.NaN : excess(row - 1);
    const end = time[row] ?? 0;
    const start = time[row - 1] ?? end;
    if (Number.isFinite(before)) secondsBeyond += beyondWithin(end - start, before, here);
    if (here > 0) firstCrossing ??= crossing(start, end, before, here);
  }
  const beyond = firstCrossing !== null;
  return {
    met: beyond ? false : finite ? true : null,
    first_crossing: firstCrossing,
    seconds_beyond: secondsBeyond,
    worst: worst === undefined ? null : (column.values[worst] ?? null),
    worst_time: worst === undefined ? null : (time[worst] ?? null),
  };
}

/** The part of an interval in which the line from one excess to the other lies above zero. */
function beyondWithin(seconds: number, before: number, after: number): number {
  if (before <= 0 && after <= 0) return 0;
  if (before > 0 && after > 0) return seconds;
  return (seconds * Math.max(before, after)) / Math.abs(after - before);
}

function crossing(start: number, end: number, before: number, after: number): number {
  if (!(before <= 0)) return end;
  return start + (end - start) * (-before / (after - before));
}
