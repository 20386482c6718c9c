/** How wide the band around the final value is, as a share of the run's whole range. */
const BAND = 0.01;

/** The share of the run, at its end, that a settled value must have spent in the band. */
const AT_LEAST = 0.1;

/** Whether a value came to rest, and since when (seconds of model time). */
export interface Settling {
  settled: boolean;
  since: number | null;
}

/**
 * Tells whether a column stays within 1 % of its range around its final value for the last tenth of the run or longer.
 * A column whose last value is not finite never settles.
 */
export function findSettling(time: Float64Array, values: Float64Array): Settling {
  const last = values.length - 1;
  const final = values[last] ?? Number.NaN;
  if (!Number.isFinite(final)) return { settled: false, since: null };
  let least = final;
  let greatest = final;
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const band = BAND * (greatest - least);
  let row = last;
  while (row > 0 && Math.abs((values[row - 1] ?? Number.NaN) - final) <= band) row--;
  const since = time[row] ?? 0;
  const start = time[0] ?? 0;
  const end = time[last] ?? start;
  const settled = end > start && end - since >= AT_LEAST * (end - start);
  return { settled, since: settled ? since : null };
}
