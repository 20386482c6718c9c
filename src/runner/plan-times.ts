import type { DefaultExperiment, InterfaceDescription } from "../fmi/model-description.ts";
import { countPoints, createTimeGrid, isUniform } from "../fmi/time-grid.ts";
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

const DEFAULT_STEPS = 500;
const MOST_POINTS = 10_000_000;

/** Fills in a run's times: what is given, else the default experiment, else 0 to 1 s in 500 steps. Problems are sentences. */
export function planTimes(
  args: Pick<RunArguments, "simulation_config" | "output_interval">,
  experiment: DefaultExperiment,
  coSimulation: Pick<InterfaceDescription, "canHandleVariableCommunicationStepSize">,
): PlannedTimes | { problem: string } {
  const config = args.simulation_config;
  const startTime = config.start_time ?? experiment.startTime ?? 0;
  const stopTime = config.stop_time ?? experiment.stopTime ?? startTime + 1;
  if (!Number.isFinite(startTime) || !Number.isFinite(stopTime) || stopTime <= startTime) {
    return { problem: `stop_time ${stopTime} s is not after start_time ${startTime} s.` };
  }
  const given = config.step_size;
  if (given !== undefined && !(Number.isFinite(given) && given > 0)) {
    return { problem: `step_size ${given} s is not a positive number of seconds.` };
  }
  const variable = coSimulation.canHandleVariableCommunicationStepSize;
  const stepSize = given ?? defaultStep(startTime, stopTime, experiment.stepSize, variable);
  const grid = createTimeGrid(startTime, stopTime, stepSize);
  if (!variable && !isUniform(grid)) {
    const fitting = (stopTime - startTime) / grid.steps;
    const advice = `take step_size ${fitting} s, or another that divides the simulated time.`;
    return {
      problem: `The FMU takes steps of one size only, and ${stepSize} s does not divide the simulated time: ${advice}`,
    };
  }
  const stepsPerPoint = planInterval(args.output_interval ?? undefined, stepSize);
  if (typeof stepsPerPoint !== "number") return stepsPerPoint;
  const points = Math.ceil(grid.steps / stepsPerPoint) + 1;
  if (points > MOST_POINTS) {
    const advice = "Take a larger step_size or output_interval, or a shorter run.";
    return { problem: `The run would record ${points} points, and ${MOST_POINTS} is the limit. ${advice}` };
  }
  return { startTime, stopTime, stepSize, stepsPerPoint, capacity: countPoints(grid, stepsPerPoint) };
}

/** The default experiment's step where there is one: fitted to the run where the FMU demands steps of one size. */
function defaultStep(start: number, stop: number, stepSize: number | undefined, variable: boolean): number {
  const span = stop - start;
  if (stepSize === undefined || !(stepSize > 0)) return span / DEFAULT_STEPS;
  const step = Math.min(stepSize, span);
  const grid = createTimeGrid(start, stop, step);
  return variable || isUniform(grid) ? step : span / grid.steps;
}

function planInterval(interval: number | undefined, stepSize: number): number | { problem: string } {
  if (interval === undefined) return 1;
  const multiple = interval / stepSize;
  const rounded = Math.round(multiple);
  if (Number.isFinite(multiple) && rounded >= 1 && Math.abs(multiple - rounded) < 1e-6) return rounded;
  return { problem: `output_interval ${interval} s is not a whole multiple of the step size ${stepSize} s.` };
}
