import type { DefaultExperiment, InterfaceDescription } from "../fmi/description/model-description.ts";
import { MOST_POINTS, planRunTimes, type RunTimesProblem } from "../fmi/run-times.ts";
import { countPoints } from "../fmi/time-grid.ts";
import type { RunArguments } from "./contract.ts";

/** The times of a run, s, all defaults filled in. */
export interface PlannedTimes {
  startTime: number;
  stopTime: number;
  stepSize: number;
  /** Communication steps from one recorded point to the next. */
  stepsPerPoint: number;
  /** Rows of the recording at most. */
  capacity: number;
}

/** Fills in a run's times by {@link planRunTimes}. Problems are sentences. */
export function planTimes(
  { simulation_config: config, output_interval }: Pick<RunArguments, "simulation_config" | "output_interval">,
  experiment: DefaultExperiment,
  coSimulation: Pick<InterfaceDescription, "canHandleVariableCommunicationStepSize">,
): PlannedTimes | { problem: string } {
  const request = {
    ...{ startTime: config.start_time, stopTime: config.stop_time, stepSize: config.step_size },
    outputInterval: output_interval ?? undefined,
  };
  const times = planRunTimes(experiment, request, {
    stepsOfOneSize: !coSimulation.canHandleVariableCommunicationStepSize,
  });
  if ("kind" in times) return { problem: describeProblem(times) };
  const { startTime, stopTime, stepSize, stepsPerPoint, grid } = times;
  return {
    ...{ startTime: startTime.value, stopTime: stopTime.value, stepSize: stepSize.value, stepsPerPoint },
    capacity: countPoints(grid, stepsPerPoint),
  };
}

function describeProblem(problem: RunTimesProblem): string {
  switch (problem.kind) {
    case "length":
      return `stop_time ${problem.stopTime.value} s is not after start_time ${problem.startTime.value} s.`;
    case "not_positive":
      return `${problem.name} ${problem.value} s is not a positive number of seconds.`;
    case "no_multiple":
      return `output_interval ${problem.interval} s is not a whole multiple of the step size ${problem.step} s.`;
    case "does_not_divide":
      return (
        `The FMU takes steps of one size only, and ${problem.step} s does not divide the simulated time: ` +
        `take step_size ${problem.fitting} s, or another that divides the simulated time.`
      );
    case "too_many_points":
      return (
        `The run would record ${problem.points} points, and ${MOST_POINTS} is the limit. ` +
        "Take a larger step_size or output_interval, or a shorter run."
      );
  }
}
