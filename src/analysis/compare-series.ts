/** How two recordings of a variable differ over the time that both cover; in the variable's unit, times in seconds. */
export interface SeriesDifference {
  largest: number;
  /** When it is largest; the first such time. */
  time: number;
  /** Root of the mean square over time. */
  rms: number;
}

interface Curve {
  time: Float64Array;
  values: Float64Array;
}

/**
 * Compares two curves on the union of their times, linear between recorded points; at a repeated time (a jump) both sides
 * are compared. Null where they have no time in common or a difference is not finite.
 */
export function compareSeries(one: Curve, other: Curve): SeriesDifference | null {
  const from = Math.max(one.time[0] ?? Number.NaN, other.time[0] ?? Number.NaN);
  const to = Math.min(one.time.at(-1) ?? Number.NaN, other.time.at(-1) ?? Number.NaN);
  if (!(from <= to)) return null;
  const readOne = createReader(one);
  const readOther = createReader(other);
  let largest = -1;
  let largestAt = from;
  let squares = 0;
  let before = Number.NaN;
  let previous = from;
  for (const time of commonTimes(one.time, other.time, from, to)) {
    const a = readOne(time);
    const b = readOther(time);
    // Where time starts and ends, only the inner side of a jump lies in the interval.
    const left = time === from ? a.right - b.right : a.left - b.left;
    const right = time === to && time !== from ? left : a.right - b.right;
    for (const difference of [Math.abs(left), Math.abs(right)]) {
      if (!Number.isFinite(difference)) return null;
      if (difference > largest) {
        largest = difference;
        largestAt = time;
      }
    }
    if (time > from) squares += ((time - previous) * (before * before + before * left + left * left)) / 3;
    before = right;
    previous = time;
  }
  const rms = to > from ? Math.sqrt(Math.max(0, squares) / (to - from)) : largest;
  return { largest, time: largestAt, rms };
}

/** The times of both, rising, each once. */
function* commonTimes(
  one: Float64Array,
  other: Float64Array,
  from: number,
  to: number,
): Generator<number, void, undefined> {
  let i = 0;
  let j = 0;
  let last = Number.NEGATIVE_INFINITY;
  while (i < one.length || j < other.length) {
    const a = one[i] ?? Number.POSITIVE_INFINITY;
    const b = other[j] ?? Number.POSITIVE_INFINITY;
    const time = Math.min(a, b);
    if (a === time) i++;
    if (b === time) j++;
    if (time > to) return;
    if (time >= from && time > last) {
      yield time;
      last = time;
    }
  }
}

/** Reads a curve at rising times: its value on the left and on the right of each. */
function createReader({ time, values }: Curve): (at: number) => { left: number; right: number } {
  let row = 0;
  return (at) => {
    while (row < time.length && (time[row] ?? 0) < at) row++;
    if (time[row] !== at) {
      const value = interpolate(time, values, row, at);
      return { left: value, right: value };
    }
    let end = row;
    while (time[end + 1] === at) end++;
    return { left: values[row] ?? Number.NaN, right: values[end] ?? Number.NaN };
  };
}

function interpolate(time: Float64Array, values: Float64Array, row: number, at: number): number {
  const [t0, t1] = [time[row - 1] ?? Number.NaN, time[row] ?? Number.NaN];
  const [v0, v1] = [values[row - 1] ?? Number.NaN, values[row] ?? Number.NaN];
  return v0 + ((v1 - v0) * (at - t0)) / (t1 - t0);
}
