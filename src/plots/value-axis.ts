import { scaleLinear } from "d3-scale";

/** A vertical axis: what it spans, and its ticks with their texts. */
export interface ValueAxis {
  domain: [number, number];
  ticks: { value: number; text: string }[];
}

/** Room above and below the curves, as a part of their span: a curve on the frame would hide in it. */
const MARGIN = 0.05;

/** Spans the finite values, with room for curves that never change. */
export function valueAxis(columns: readonly Float64Array[], ticks: number): ValueAxis {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const values of columns)
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
  if (least > greatest) [least, greatest] = [0, 1];
  const middle = least / 2 + greatest / 2;
  // What differs in the last digits of a float64 is a constant to the eye.
  const isConstant = greatest - least <= Math.abs(middle) * 1e-12;
  const half = isConstant ? Math.max(Math.abs(middle) * 0.1, 1e-300) || 1 : greatest / 2 - least / 2;
  const reach = (half < 1e-290 ? 1 : half) * (1 + 2 * MARGIN);
  const scale = scaleLinear([middle - reach, middle + reach], [0, 1]);
  const values = scale.ticks(ticks);
  const format = isPlain(middle, reach)
    ? scale.tickFormat(ticks)
    : shortExponent(scale.tickFormat(ticks, "~e"));
  return {
    domain: [middle - reach, middle + reach],
    ticks: values.map((value) => ({ value, text: format(value) })),
  };
}

/** 2e8 in place of 2e+8. */
function shortExponent(format: (value: number) => string): (value: number) => string {
  return (value) => (value === 0 ? "0" : format(value).replace("e+", "e"));
}

/** Whether numbers of this size are best written out. */
function isPlain(middle: number, reach: number): boolean {
  const largest = Math.abs(middle) + reach;
  return largest < 1e6 && reach >= 1e-4;
}
