import type { ModelDescription } from "../description/model-description.ts";
import { findElement } from "../description/variable-element.ts";
import { ROUNDING } from "../time-grid.ts";
import { findInputBreaks } from "./input-breaks.ts";
import { isHeld } from "./input-element.ts";
import type { InputSeries } from "./input-series.ts";
import { tickTimes } from "./triggered-clocks.ts";

/** The communication points of steps of one size, s. */
export interface EvenSteps {
  startTime: number;
  stopTime: number;
  stepSize: number;
}

/** An input that jumps between two communication points. */
export interface JumpBetweenPoints {
  key: string;
  /** s */
  time: number;
  /** A step size, s, at whose points all inputs jump; undefined where none is near. */
  fitting: number | undefined;
}

/* A step is not made smaller than this part of what it was. */
const MOST_PARTS = 100;

/**
 * Finds the first input that jumps, or Clock that ticks, between the points of steps of one size, which cannot be cut there;
 * undefined where none does.
 */
export function findJumpBetweenPoints(
  description: ModelDescription,
  series: InputSeries,
  steps: EvenSteps,
): JumpBetweenPoints | undefined {
  const jumps = [...series.columns.keys()].map((key) => ({
    key,
    times: jumpTimes(description, series, key),
  }));
  const isOff = (time: number, stepSize: number) => isBetweenPoints(time, { ...steps, stepSize });
  for (const { key, times } of jumps) {
    const time = times.find((each) => isOff(each, steps.stepSize));
    if (time === undefined) continue;
    // Columns share their times.
    const all = [...new Set(jumps.flatMap((each) => each.times))];
    const sizes = Array.from({ length: MOST_PARTS - 1 }, (_, i) => steps.stepSize / (i + 2));
    return { key, time, fitting: sizes.find((size) => !all.some((each) => isOff(each, size))) };
  }
  return undefined;
}

function jumpTimes(description: ModelDescription, series: InputSeries, key: string): number[] {
  const found = findElement(description, key);
  const column = series.columns.get(key);
  if (column === undefined) return [];
  if (found?.variable.type === "Clock") return tickTimes({ name: key }, series);
  const held = found !== undefined && isHeld(found.variable);
  const driven = held ? { ...column, interpolation: "hold" as const } : column;
  return [...findInputBreaks(series.time, [driven]).events];
}

function isBetweenPoints(time: number, { startTime, stopTime, stepSize }: EvenSteps): boolean {
  const steps = (time - startTime) / stepSize;
  return time > startTime && time < stopTime && Math.abs(steps - Math.round(steps)) > ROUNDING;
}
