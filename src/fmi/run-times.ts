import type { DefaultExperiment } from "./description/model-description.ts";
import { createTimeGrid, isUniform, type TimeGrid } from "./time-grid.ts";

/** The most points a run may record. */
export const MOST_POINTS = 10_000_000;

/** Steps of a run where neither the caller nor the FMU says. */
const DEFAULT_STEPS = 500;

/** A value and where it comes from: "given", "default experiment", or a fallback in words. */
export interface Sourced<T> {
  value: T;
  from: string;
}

/** Times that may be given, s. */
export interface RunTimesRequest {
  startTime?: number | undefined;
  stopTime?: number | undefined;
  stepSize?: number | undefined;
  outputInterval?: number | undefined;
}

/** The times of a run, s. */
export interface RunTimes {
  startTime: Sourced<number>;
  stopTime: Sourced<number>;
  stepSize: Sourced<number>;
  outputInterval: Sourced<number>;
  /** Communication steps from one recorded point to the next. */
  stepsPerPoint: number;
  grid: TimeGrid;
}

/** Why there are no such times; who asked for them has the words for it. */
export type RunTimesProblem =
  | { kind: "length"; startTime: Sourced<number>; stopTime: Sourced<number> }
  | { kind: "not_positive"; name: "step_size" | "output_interval"; value: number }
  | { kind: "no_multiple"; interval: number; step: number }
  /** All steps must have one size, and that is not a part of the run; `fitting` is one that is. */
  | { kind: "does_not_divide"; step: number; fitting: number }
  | { kind: "too_many_points"; points: number; length: number; interval: number; step: number };

/** What a step that is not given is fitted to. */
export interface StepFitting {
  /** The FMU takes steps of one size only: to the run. */
  stepsOfOneSize?: boolean;
  /** To the output interval, which else must be a multiple of it. */
  toInterval?: boolean;
}

/** Settles a run's times: as given, else the default experiment, else 0 to 1 s in 500 steps. */
export function planRunTimes(
  experiment: DefaultExperiment,
  request: RunTimesRequest,
  { stepsOfOneSize = false, toInterval = false }: StepFitting = {},
): RunTimes | RunTimesProblem {
  const startTime = pick(request.startTime, experiment.startTime, 0, "0 s, as nothing says otherwise");
  const after = "1 s after the start, as nothing says otherwise";
  const stopTime = pick(request.stopTime, experiment.stopTime, startTime.value + 1, after);
  const length = stopTime.value - startTime.value;
  if (!(length > 0 && Number.isFinite(length))) return { kind: "length", startTime, stopTime };
  for (const [name, value] of [
    ["step_size", request.stepSize],
    ["output_interval", request.outputInterval],
  ] as const) {
    if (value !== undefined && !isUsable(value)) return { kind: "not_positive", name, value };
  }
  const stepSize = chooseStep(experiment, request, { startTime, stopTime, stepsOfOneSize, toInterval });
  const grid = createTimeGrid(startTime.value, stopTime.value, stepSize.value);
  if (stepsOfOneSize && !isUniform(grid))
    return { kind: "does_not_divide", step: stepSize.value, fitting: length / grid.steps };
  const outputInterval =
    request.outputInterval === undefined
      ? { value: stepSize.value, from: "the step size" }
      : { value: request.outputInterval, from: "given" };
  const [interval, step] = [outputInterval.value, stepSize.value];
  if (!isMultiple(interval, step)) return { kind: "no_multiple", interval, step };
  const stepsPerPoint = Math.round(interval / step);
  const points = Math.ceil(grid.steps / stepsPerPoint) + 1;
  if (points > MOST_POINTS) return { kind: "too_many_points", points, length, interval, step };
  return { startTime, stopTime, stepSize, outputInterval, stepsPerPoint, grid };
}

function pick(
  given: number | undefined,
  own: number | undefined,
  fallback: number,
  words: string,
): Sourced<number> {
  if (given !== undefined) return { value: given, from: "given" };
  return own === undefined ? { value: fallback, from: words } : { value: own, from: "default experiment" };
}

type StepContext = Pick<RunTimes, "startTime" | "stopTime"> & Required<StepFitting>;

function chooseStep(
  experiment: DefaultExperiment,
  { stepSize, outputInterval }: RunTimesRequest,
  { startTime: { value: start }, stopTime: { value: stop }, stepsOfOneSize, toInterval }: StepContext,
): Sourced<number> {
  if (stepSize !== undefined) return { value: stepSize, from: "given" };
  const own = isUsable(experiment.stepSize) ? experiment.stepSize : undefined;
  const wanted = own ?? (stop - start) / DEFAULT_STEPS;
  const from = own === undefined ? `${DEFAULT_STEPS} steps over the run` : "default experiment";
  if (toInterval && outputInterval !== undefined) {
    if (isMultiple(outputInterval, wanted)) return { value: wanted, from };
    return {
      value: outputInterval / Math.ceil(outputInterval / wanted),
      from: "fitted to the output interval",
    };
  }
  const grid = createTimeGrid(start, stop, wanted);
  const isFitting = !stepsOfOneSize || isUniform(grid);
  return isFitting
    ? { value: wanted, from }
    : { value: (stop - start) / grid.steps, from: "fitted to the run" };
}

function isUsable(step: number | undefined): step is number {
  return step !== undefined && step > 0 && Number.isFinite(step);
}

function isMultiple(interval: number, step: number): boolean {
  const ratio = interval / step;
  const off = Math.abs(ratio - Math.round(ratio));
  return Number.isFinite(ratio) && Math.round(ratio) >= 1 && off <= Math.max(1e-6, 1e-9 * ratio);
}
