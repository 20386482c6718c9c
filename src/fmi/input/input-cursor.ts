import { findInputBreaks } from "./input-breaks.ts";
import { countBelow, countUpTo, type InputColumn, type InputSeries, timeTolerance } from "./input-series.ts";

/** The value just before a time, or from that time on: they differ where a column jumps. */
export type InputSide = "left" | "right";

/** Which column a simulation reads; a discrete variable is held whatever its column says. */
export interface CursorVariable {
  /** Key in the series' columns. */
  name: string;
  isDiscrete: boolean;
}

/**
 * Reads a series along model time. Calls cost O(1) where time moves little, either way. Times within rounding of a time
 * point count as that point; before the first and after the last point the value there holds. `column` is a place in the
 * variables that the cursor was made for.
 */
export interface InputCursor {
  valueAt(column: number, time: number, side: InputSide): number;
  /** Slope, per s; 0 for what is held. */
  derivativeAt(column: number, time: number, side: InputSide): number;
  /** Writes the value of every column to `target`, from `offset` on, allocating nothing. */
  readValues(time: number, side: InputSide, target: Float64Array, offset: number): void;
  /** Writes the slope of every column, as `derivativeAt` gives it. */
  readDerivatives(time: number, side: InputSide, target: Float64Array, offset: number): void;
  /** The first time later than `time`, s, at which a column jumps; infinity where none is left. */
  nextEventAfter(time: number): number;
  /** The first time later than `time`, s, at which a column jumps or bends: what an adaptive solver must not step over. */
  nextBreakpointAfter(time: number): number;
}

/** Makes a cursor for variables that all have a column in the series; throws a plain error for one without. */
export function createInputCursor(series: InputSeries, variables: readonly CursorVariable[]): InputCursor {
  const { time } = series;
  const columns = variables.map((variable) => columnOf(series, variable));
  const breaks = findInputBreaks(time, columns);
  const values = columns.map((column) => column.values);
  const linear = Uint8Array.from(columns, ({ interpolation }) => (interpolation === "linear" ? 1 : 0));
  const slack = timeTolerance(time);
  const before = createSeeker(time, -slack, countBelow);
  const upTo = createSeeker(time, slack, countUpTo);
  const lastIndex = time.length - 1;

  // The point that a segment begins with: the last one before the time (left), or at or before it (right).
  const segment = (at: number, side: InputSide) => {
    const index = (side === "left" ? before(at) : upTo(at)) - 1;
    return Math.max(index, 0);
  };
  const value = (column: number, at: number, index: number, side: InputSide) => {
    const of = values[column] as Float64Array;
    const from = of[index] as number;
    if (linear[column] === 0 || index === lastIndex) return from;
    const passed = at - (time[index] as number);
    if (passed <= 0 || (side === "right" && passed <= slack)) return from;
    const length = (time[index + 1] as number) - (time[index] as number);
    const to = of[index + 1] as number;
    return length - passed <= slack ? to : from + (to - from) * (passed / length);
  };
  const derivative = (column: number, at: number, index: number) => {
    if (linear[column] === 0 || index === lastIndex || at < (time[0] as number) - slack) return 0;
    const length = (time[index + 1] as number) - (time[index] as number);
    const of = values[column] as Float64Array;
    return length > 0 ? ((of[index + 1] as number) - (of[index] as number)) / length : 0;
  };

  return {
    valueAt: (column, at, side) => value(column, at, segment(at, side), side),
    derivativeAt: (column, at, side) => derivative(column, at, segment(at, side)),
    readValues(at, side, target, offset) {
      const index = segment(at, side);
      for (let column = 0; column < values.length; column++)
        target[offset + column] = value(column, at, index, side);
    },
    readDerivatives(at, side, target, offset) {
      const index = segment(at, side);
      for (let column = 0; column < values.length; column++)
        target[offset + column] = derivative(column, at, index);
    },
    nextEventAfter: createNext(breaks.events, slack),
    nextBreakpointAfter: createNext(breaks.breakpoints, slack),
  };
}

function columnOf({ columns }: InputSeries, { name, isDiscrete }: CursorVariable): InputColumn {
  const column = columns.get(name);
  if (column === undefined) throw new Error(`the input series has no column ${JSON.stringify(name)}`);
  return isDiscrete ? { ...column, interpolation: "hold" } : column;
}

function createNext(times: Float64Array, slack: number): (time: number) => number {
  const seek = createSeeker(times, slack, countUpTo);
  return (time) => times[seek(time)] ?? Number.POSITIVE_INFINITY;
}

/** Steps this far before it searches anew. */
const MOST_STEPS = 8;

/** Counts times as `count` does, starting from the last answer. */
function createSeeker(
  times: Float64Array,
  shift: number,
  count: (times: Float64Array, limit: number) => number,
): (time: number) => number {
  const inclusive = count === countUpTo;
  const isPassed = (index: number, limit: number) =>
    inclusive ? (times[index] as number) <= limit : (times[index] as number) < limit;
  let at = 0;
  return (time) => {
    const limit = time + shift;
    for (let step = 0; step < MOST_STEPS; step++) {
      if (at < times.length && isPassed(at, limit)) at += 1;
      else if (at > 0 && !isPassed(at - 1, limit)) at -= 1;
      else return at;
    }
    at = count(times, limit);
    return at;
  };
}
