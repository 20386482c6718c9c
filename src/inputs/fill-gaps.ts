import type { InputInterpolation } from "../fmi/input/input-series.ts";

/** What was missing in a column. */
export interface FilledGaps {
  missing: number;
  /** Points of the longest gap. */
  longest: number;
}

/**
 * Replaces NaN in place: by a straight line between the neighbours, or by the value before; at the ends by the nearest value.
 * A column without any value stays as it is.
 */
export function fillGaps(values: Float64Array, how: InputInterpolation): FilledGaps {
  let missing = 0;
  let longest = 0;
  for (let at = 0; at < values.length; at++) {
    if (!Number.isNaN(values[at])) continue;
    let end = at;
    while (end < values.length && Number.isNaN(values[end])) end += 1;
    missing += end - at;
    longest = Math.max(longest, end - at);
    fill(values, at, end, how);
    at = end;
  }
  return { missing, longest };
}

function fill(values: Float64Array, from: number, to: number, how: InputInterpolation): void {
  const before = values[from - 1] ?? values[to] ?? Number.NaN;
  const after = how === "hold" ? before : (values[to] ?? before);
  const steps = to - from + 1;
  for (let at = from; at < to; at++) values[at] = before + ((after - before) * (at - from + 1)) / steps;
}
