import type { Curve } from "./chart.ts";

/** Two rows per pixel column and its extremes: what a picture of that width can show. */
const ROWS_PER_COLUMN = 4;

/**
 * Picks the rows of a curve that a picture of so many pixel columns shows: the first and last of each column, its least and
 * greatest value and where a gap begins, so that neither a peak, a jump nor a gap is thinned away.
 */
export function thinCurve({ time, values }: Pick<Curve, "time" | "values">, columns: number): number[] {
  const rows = Math.min(time.length, values.length);
  if (rows <= ROWS_PER_COLUMN * columns) return Array.from({ length: rows }, (_, row) => row);
  const begin = time[0] ?? 0;
  const span = (time[rows - 1] ?? 0) - begin;
  const columnOf = (row: number) =>
    span > 0 ? Math.min(columns - 1, Math.floor((((time[row] ?? 0) - begin) / span) * columns)) : 0;
  const kept: number[] = [];
  for (let from = 0; from < rows; ) {
    const column = columnOf(from);
    let to = from + 1;
    while (to < rows && columnOf(to) === column) to++;
    keepColumn(values, from, to, kept);
    from = to;
  }
  return kept;
}

/** Adds what shows of the rows from `from` up to, not including, `to`. */
function keepColumn(values: Float64Array, from: number, to: number, kept: number[]): void {
  let least = from;
  let greatest = from;
  let gap = -1;
  for (let row = from; row < to; row++) {
    const value = values[row] as number;
    if (!Number.isFinite(value)) {
      if (gap < 0) gap = row;
      continue;
    }
    if (!(value >= (values[least] as number))) least = row;
    if (!(value <= (values[greatest] as number))) greatest = row;
  }
  const rows = gap < 0 ? [from, least, greatest, to - 1] : [from, least, greatest, gap, to - 1];
  rows.sort((a, b) => a - b);
  for (const row of rows) if (row !== kept.at(-1)) kept.push(row);
}
