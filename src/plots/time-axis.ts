import { scaleLinear } from "d3-scale";

/** The time axis: the unit that its span is told in, and where its ticks are. */
export interface TimeAxis {
  unit: "s" | "min" | "h" | "d";
  /** Seconds in one unit. */
  seconds: number;
  /** In the unit. */
  ticks: number[];
}

/** Units from coarse to fine, the least span in seconds that each is good for, and steps that people count it in. */
const UNITS = [
  { unit: "d", seconds: 86_400, from: 4 * 86_400, steps: [1, 2, 5, 7, 10, 14, 20, 30, 50, 60] },
  { unit: "h", seconds: 3600, from: 3 * 3600, steps: [0.5, 1, 2, 3, 4, 6, 12, 24] },
  { unit: "min", seconds: 60, from: 5 * 60, steps: [0.5, 1, 2, 5, 10, 15, 20, 30] },
] as const;

/** Chooses the unit and at most about `most` ticks for a span of model time in seconds. */
export function timeAxis(from: number, to: number, most: number): TimeAxis {
  const chosen = UNITS.find((one) => to - from >= one.from);
  const { unit, seconds } = chosen ?? { unit: "s" as const, seconds: 1 };
  const [begin, end] = [from / seconds, to / seconds];
  const step = chosen?.steps.find((one) => (end - begin) / one <= most);
  if (step === undefined) return { unit, seconds, ticks: scaleLinear([begin, end], [0, 1]).ticks(most) };
  const first = Math.ceil(begin / step);
  const count = Math.floor(end / step) - first + 1;
  return { unit, seconds, ticks: Array.from({ length: count }, (_, index) => (first + index) * step) };
}
