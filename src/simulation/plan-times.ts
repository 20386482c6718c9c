import { ToolError } from "../errors.ts";
import type { DefaultExperiment } from "../fmi/description/model-description.ts";
import { MOST_POINTS, planRunTimes, type RunTimesProblem, type Sourced } from "../fmi/run-times.ts";

export type { Sourced } from "../fmi/run-times.ts";

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

/** Settles a run's times by {@link planRunTimes}, of an FMU that may take `stepsOfOneSize` only. Throws `invalid_argument`. */
export function planTimes(
  experiment: DefaultExperiment,
  request: TimeRequest,
  stepsOfOneSize = false,
): TimeSettings {
  const { start_time: startTime, stop_time: stopTime, step_size: stepSize } = request;
  const given = { startTime, stopTime, stepSize, outputInterval: request.output_interval };
  const times = planRunTimes(experiment, given, { toInterval: true, stepsOfOneSize });
  if ("kind" in times) throw explain(times);
  return {
    ...{ start_time: times.startTime, stop_time: times.stopTime },
    ...{ step_size: times.stepSize, output_interval: times.outputInterval },
  };
}

function explain(problem: RunTimesProblem): ToolError {
  const refuse = (message: string, remedy: string) => new ToolError("invalid_argument", message, remedy);
  switch (problem.kind) {
    case "length": {
      const [start, stop] = [problem.startTime, problem.stopTime];
      return refuse(
        `Cannot run from ${start.value} s (${start.from}) to ${stop.value} s (${stop.from}): the stop time must be finite and after the start time`,
        "Give a `stop_time` greater than `start_time`.",
      );
    }
    case "not_positive":
      return refuse(
        `Cannot run with ${problem.name} ${problem.value} s: it must be positive and finite`,
        `Give a positive \`${problem.name}\` in seconds.`,
      );
    case "no_multiple":
      return refuse(
        `Cannot record every ${problem.interval} s: it is no whole multiple of the communication step size ${problem.step} s`,
        "Give an `output_interval` that is a whole multiple of `step_size`.",
      );
    case "does_not_divide":
      return refuse(
        `Cannot step by ${problem.step} s: the FMU takes steps of one size only, and that does not divide the simulated time`,
        `Give a \`step_size\` of ${problem.fitting} s.`,
      );
    case "too_many_points": {
      const { points, length, interval, step } = problem;
      return refuse(
        `Cannot record ${points} points (${length} s at an interval of ${interval} s): the limit is ${MOST_POINTS}`,
        `Give a larger \`output_interval\` (at least ${length / (MOST_POINTS - 1)} s${interval > step ? "" : "; `step_size` may stay"}).`,
      );
    }
  }
}
