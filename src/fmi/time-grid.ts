/** Communication points `start + k * step`, computed and never accumulated, the last one the stop time itself. */
export interface TimeGrid {
  startTime: number;
  stopTime: number;
  stepSize: number;
  /** Communication steps; the last may be shorter. */
  steps: number;
}

/** A rest this small, in steps, is rounding and no step of its own. */
export const ROUNDING = 1e-6;

/** The grid from start to stop, seconds; `stopTime` not before `startTime`, `stepSize` positive. */
export function createTimeGrid(startTime: number, stopTime: number, stepSize: number): TimeGrid {
  const exact = (stopTime - startTime) / stepSize;
  const rounded = Math.round(exact);
  const steps = Math.abs(exact - rounded) < ROUNDING ? rounded : Math.ceil(exact);
  return { startTime, stopTime, stepSize, steps: stopTime > startTime ? Math.max(steps, 1) : 0 };
}

/** Whether all steps have the same size. */
export function isUniform({ startTime, stopTime, stepSize, steps }: TimeGrid): boolean {
  return Math.abs((stopTime - startTime) / stepSize - steps) < ROUNDING;
}

/** Communication point `k`, s. */
export function gridTime(grid: TimeGrid, k: number): number {
  return k >= grid.steps ? grid.stopTime : grid.startTime + k * grid.stepSize;
}

/**
 * Size of the step between two times: the nominal size where the difference is that but for rounding (FMUs compare step
 * sizes), unless it would pass the stop time.
 */
export function stepBetween(grid: TimeGrid, from: number, to: number): number {
  const difference = to - from;
  const ulps = 8 * Number.EPSILON * Math.max(Math.abs(from), Math.abs(to));
  const isNominal = Math.abs(difference - grid.stepSize) <= ulps && from + grid.stepSize <= grid.stopTime;
  return isNominal ? grid.stepSize : difference;
}

/** Whether the point after step `k` is recorded: every n-th, and the last. */
export function isRecorded(grid: TimeGrid, k: number, stepsPerPoint: number): boolean {
  return k % stepsPerPoint === 0 || k === grid.steps;
}

/** The most rows that a recording can come to; a termination between points takes one more. */
export function countPoints(grid: TimeGrid, stepsPerPoint: number): number {
  return Math.ceil(grid.steps / stepsPerPoint) + 2;
}
