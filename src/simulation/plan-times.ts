import { ToolError } from "../errors.ts";
import type { DefaultExperiment } from "../fmi/model-description.ts";

/** The most points a run may record. */
const MAX_POINTS = 10_000_000;

/** Steps of a run where neither the caller nor the FMU says. */
const DEFAULT_STEPS = 500;

/** A value and where it comes from: "given", "default experiment", or a fallback in words. */
export interface Sourced<T> {
  value: T;
  from: string;
}

/** Times a caller may give, in seconds. */
export interface TimeRequest {
  start_time?: number | undefined;
  stop_time?: number | undefined;
  step_size?: number | undefined;
  output_interval?: number | undefined;
}

/** The times of a run, in seconds. `step_size` is the communication step, `output_interval` a whole multiple of it. */
export interface TimeSettings {
  start_time: Sourced<number>;
  stop_time: Sourced<number>;
  step_size: Sourced<number>;
  output_interval: Sourced<number>;
}

/** Settles a run's times: as given, else the default experiment, else 0 to 1 s in 500 steps. Throws `invalid_argument`. */
export function planTimes(experiment: DefaultExperiment, request: TimeRequest): TimeSettings {
  const start_time = pick(request.start_time, experiment.startTime, 0, "0 s, as nothing says otherwise");
  const stop_time = pick(
    request.stop_time,
    experiment.stopTime,
    start_time.value + 1,
    "1 s after the start, as nothing says otherwise",
  );
  const length = stop_time.value - start_time.value;
  checkLength(start_time, stop_time);
  checkPositive("step_size", request.step_size);
  checkPositive("output_interval", request.output_interval);
  const step_size = chooseStep(experiment, request, length);
  const output_interval: Sourced<number> =
    request.output_interval === undefined
      ? { value: step_size.value, from: "the step size" }
      : { value: request.output_interval, from: "given" };
  checkMultiple(output_interval.value, step_size.value);
  checkPoints(length, output_interval.value, step_size.value);
  return { start_time, stop_time, step_size, output_interval };
}

function checkLength(start: Sourced<number>, stop: Sourced<number>): void {
  const length = stop.value - start.value;
  if (length > 0 && Number.isFinite(length)) return;
  throw new ToolError(
    "invalid_argument",
    `Cannot run from ${start.value} s (${start.from}) to ${stop.value} s (${stop.from}): the stop time must be finite and after the start time`,
    "Give a `stop_time` greater than `start_time`.",
  );
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

function chooseStep(experiment: DefaultExperiment, request: TimeRequest, length: number): Sourced<number> {
  if (request.step_size !== undefined) return { value: request.step_size, from: "given" };
  const own = isUsable(experiment.stepSize) ? experiment.stepSize : undefined;
  const step = own ?? length / DEFAULT_STEPS;
  const from = own === undefined ? `${DEFAULT_STEPS} steps over the run` : "default experiment";
  if (request.output_interval === undefined || isMultiple(request.output_interval, step))
    return { value: step, from };
  const fitted = request.output_interval / Math.ceil(request.output_interval / step);
  return { value: fitted, from: "fitted to the output interval" };
}

function isUsable(step: number | undefined): step is number {
  return step !== undefined && step > 0 && Number.isFinite(step);
}

function checkPositive(name: string, value: number | undefined): void {
  if (value === undefined || isUsable(value)) return;
  throw new ToolError(
    "invalid_argument",
    `Cannot run with ${name} ${value} s: it must be positive and finite`,
    `Give a positive \`${name}\` in seconds.`,
  );
}

function isMultiple(interval: number, step: number): boolean {
  const ratio = interval / step;
  return Math.round(ratio) >= 1 && Math.abs(ratio - Math.round(ratio)) <= 1e-9 * ratio;
}

function checkMultiple(interval: number, step: number): void {
  if (isMultiple(interval, step)) return;
  throw new ToolError(
    "invalid_argument",
    `Cannot record every ${interval} s: it is no whole multiple of the communication step size ${step} s`,
    "Give an `output_interval` that is a whole multiple of `step_size`.",
  );
}

function checkPoints(length: number, interval: number, step: number): void {
  const points = length / interval + 1;
  if (points <= MAX_POINTS) return;
  throw new ToolError(
    "invalid_argument",
    `Cannot record ${Math.ceil(points)} points (${length} s at an interval of ${interval} s): the limit is ${MAX_POINTS}`,
    `Give a larger \`output_interval\` (at least ${length / (MAX_POINTS - 1)} s${interval > step ? "" : "; `step_size` may stay"}).`,
  );
}
