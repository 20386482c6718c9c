import { toError } from "../errors.ts";
import type { ModelDescription } from "../fmi/description/model-description.ts";
import { decodeInputSeries } from "../fmi/input/encode-input-series.ts";
import { findInputBreaks } from "../fmi/input/input-breaks.ts";
import { findInputElement, isHeld, whyNotDriven } from "../fmi/input/input-element.ts";
import { checkInputSeries, type InputSeries } from "../fmi/input/input-series.ts";
import { tickTimes } from "../fmi/input/triggered-clocks.ts";
import { readStateHeader } from "../fmi/saved-state.ts";
import { MOST_SENT_BYTES, type RunArguments } from "./contract.ts";
import type { ChosenInterface } from "./plan-interface.ts";
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
    const needsGrid =
      chosen.type === "co_simulation" && !chosen.description.canHandleVariableCommunicationStepSize;
    if (needsGrid) checkEventsOnGrid(description, series, times, notes);
    return series;
  } catch (thrown) {
    notes.errors.push(toError(thrown).message);
    return undefined;
  }
}

function checkDriven(description: ModelDescription, key: string, { errors }: PlanNotes): void {
  const found = findInputElement(description, key);
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
function checkEventsOnGrid(
  description: ModelDescription,
  { time, columns }: InputSeries,
  { startTime, stopTime, stepSize }: PlannedTimes,
  { errors }: PlanNotes,
): void {
  for (const [key, column] of columns) {
    const found = findInputElement(description, key);
    const held = found !== undefined && isHeld(found.variable);
    const events =
      found?.variable.type === "Clock"
        ? tickTimes({ name: key }, { time, columns })
        : findInputBreaks(time, [held ? { ...column, interpolation: "hold" } : column]).events;
    const isOff = (event: number) => {
      const steps = (event - startTime) / stepSize;
      return event > startTime && event < stopTime && Math.abs(steps - Math.round(steps)) > 1e-6;
    };
    const off = events.find(isOff);
    if (off === undefined) continue;
    errors.push(
      `The FMU takes steps of one size only, and "${key}" jumps at ${off} s, between two communication points: ` +
        `take a step_size that divides the times at which inputs jump, instead of ${stepSize} s.`,
    );
  }
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
