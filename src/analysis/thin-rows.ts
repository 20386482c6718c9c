import type { NumberColumn } from "./series.ts";

/**
 * Picks at most `most` of a table's rows, in order: the first and the last, the rows of each column's least and greatest
 * value as far as they fit, and then the extremes of stretches of equal length, so that a peak is never thinned away.
 */
export function thinRows(columns: readonly NumberColumn[], rows: number, most: number): number[] {
  if (rows <= most) return Array.from({ length: rows }, (_, row) => row);
  const kept = new Set<number>([0, rows - 1]);
  const keep = (row: number | undefined) => {
    if (row !== undefined && kept.size < most) kept.add(row);
  };
  for (const column of columns) for (const row of extremesOf(column.values, 0, rows)) keep(row);
  const stretches = Math.max(1, Math.floor((most - kept.size) / Math.max(1, 2 * columns.length)));
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * rows) / stretches);
    const to = Math.floor(((stretch + 1) * rows) / stretches);
    for (const column of columns) for (const row of extremesOf(column.values, from, to)) keep(row);
  }
  fillEvenly(kept, rows, most);
  return [...kept].sort((a, b) => a - b);
}

/** Constant columns name the same rows again and again: what is left of the rows goes evenly over the run. */
function fillEvenly(kept: Set<number>, rows: number, most: number): void {
  const left = most - kept.size;
  for (let index = 1; index <= left; index++) kept.add(Math.floor((index * (rows - 1)) / (left + 1)));
}

/** Rows of the least and the greatest finite value from `from` up to, not including, `to`. */
function extremesOf(values: Float64Array, from: number, to: number): number[] {
  let least: number | undefined;
  let greatest: number | undefined;
  for (let row = from; row < to; row++) {
    const value = values[row] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    if (least === undefined || value < (values[least] ?? 0)) least = row;
    if (greatest === undefined || value > (values[greatest] ?? 0)) greatest = row;
  }
  return least === undefined || greatest === undefined ? [] : [least, greatest];
}
