import { toError } from "../errors.ts";
import type { ChosenInterface } from "../fmi/description/choose-interface.ts";
import { takesStepsOfOneSize } from "../fmi/description/interface-type.ts";
import type { ModelDescription } from "../fmi/description/model-description.ts";
import { findElement } from "../fmi/description/variable-element.ts";
import { decodeInputSeries } from "../fmi/input/encode-input-series.ts";
import { whyNotDriven } from "../fmi/input/input-element.ts";
import { checkInputSeries, type InputSeries } from "../fmi/input/input-series.ts";
import { findJumpBetweenPoints } from "../fmi/input/jump-between-points.ts";
import { readStateHeader } from "../fmi/saved-state.ts";
import { MOST_SENT_BYTES, type RunArguments } from "./contract.ts";
import { type PlanNotes, suggest } from "./plan-start-values.ts";
import type { PlannedTimes } from "./plan-times.ts";

/** Unpacks the inputs over time and checks them against model and run; undefined where there are none or they are wrong. */
export function planInputSeries(
  description: ModelDescription,
  { input_series: encoded }: Pick<RunArguments, "input_series">,
  times: PlannedTimes,
  chosen: ChosenInterface,
  notes: PlanNotes,
): InputSeries | undefined {
  if (encoded == null) return undefined;
  try {
    const series = decodeInputSeries(encoded);
    checkInputSeries(series, times);
    for (const key of series.columns.keys()) checkDriven(description, key, notes);
    if (takesStepsOfOneSize(chosen)) checkJumps(description, series, times, notes);
    return series;
  } catch (thrown) {
    notes.errors.push(toError(thrown).message);
    return undefined;
  }
}

function checkDriven(description: ModelDescription, key: string, { errors }: PlanNotes): void {
  const found = findElement(description, key);
  if (found === undefined) {
    const names = description.variables.map(({ name }) => name);
    errors.push(`Cannot set "${key}" over time: the model has no such variable.${suggest(key, names)}`);
    return;
  }
  const isWhole = found.variable.dimensions.length > 0 && found.variable.name === key;
  const why = isWhole ? `it is an array; drive its elements, "${key}[1]" say` : whyNotDriven(found.variable);
  if (why !== undefined) errors.push(`Cannot set "${key}" over time: ${why}.`);
}

/* Steps of one size cannot be cut where an input jumps. */
function checkJumps(
  description: ModelDescription,
  series: InputSeries,
  times: PlannedTimes,
  { errors }: PlanNotes,
): void {
  const jump = findJumpBetweenPoints(description, series, times);
  if (jump === undefined) return;
  const step =
    jump.fitting === undefined ? "that divides the times at which inputs jump" : `of ${jump.fitting} s`;
  errors.push(
    `The FMU takes steps of one size only, and "${jump.key}" jumps at ${jump.time} s, between two communication points: ` +
      `take a step_size ${step}, instead of ${times.stepSize} s.`,
  );
}

/** Checks the saved state that a run starts from; returns its time, s, undefined where there is none or it does not fit. */
export function planInitialState(
  description: ModelDescription,
  { initial_state: saved, simulation_config: config }: RunArguments,
  chosen: ChosenInterface,
  { errors }: PlanNotes,
): number | undefined {
  if (saved == null) return undefined;
  try {
    const { token, interfaceType, time } = readStateHeader(saved);
    if (token !== description.instantiationToken) {
      errors.push(
        "Cannot start from the saved state: it is that of another FMU, by its instantiation token.",
      );
    } else if (interfaceType !== chosen.type) {
      errors.push(`Cannot start from the saved state: it was saved in interface_type "${interfaceType}".`);
    } else if (config.start_time !== undefined && config.start_time !== time) {
      errors.push(
        `Cannot start from the saved state at ${config.start_time} s: it was saved at ${time} s, where the run starts.`,
      );
    } else return time;
  } catch (thrown) {
    errors.push(toError(thrown).message);
  }
  return undefined;
}

/** Checks the files sent along: each belongs to a String parameter, and all together fit the limit. */
export function planFiles(
  description: ModelDescription,
  { files }: Pick<RunArguments, "files">,
  { errors }: PlanNotes,
): Map<string, { name: string; bytes: Uint8Array }> {
  const planned = new Map(Object.entries(files ?? {}));
  const total = [...planned.values()].reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  if (total > MOST_SENT_BYTES)
    errors.push(`The files of the run come to ${total} bytes, and ${MOST_SENT_BYTES} is the limit.`);
  for (const name of planned.keys()) {
    const variable = description.variables.find((each) => each.name === name);
    if (variable === undefined)
      errors.push(`Cannot hand a file to "${name}": the model has no such variable.`);
    else if (variable.type !== "String" || variable.dimensions.length > 0)
      errors.push(`Cannot hand a file to "${name}": it is no String, which could hold the file's path.`);
    else if (variable.causality !== "parameter" && variable.causality !== "input")
      errors.push(
        `Cannot hand a file to "${name}": the FMU calculates it (causality ${variable.causality}).`,
      );
  }
  return planned;
}
