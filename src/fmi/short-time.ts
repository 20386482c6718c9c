/** A model time, s, without the digits that are rounding. */
export function shortTime(time: number): number {
  return Number(time.toPrecision(12));
}
