import { type ChosenInterface, chooseInterface } from "../fmi/description/choose-interface.ts";
import { takesStepsOfOneSize } from "../fmi/description/interface-type.ts";
import type { ModelDescription } from "../fmi/description/model-description.ts";
import { selectVariables } from "../fmi/description/select-variables.ts";
import type { Fmu } from "../fmi/fmu.ts";
import { findLibraryPath, type Platform } from "../fmi/platforms.ts";
import { chooseEventCapacity } from "../fmi/recording/event-rows.ts";
import { recordedColumns } from "../fmi/recording/recorded-columns.ts";
import { recordingBytes } from "../fmi/recording/recorder.ts";
import { readStateHeader, savedSizes, whyNotSaved } from "../fmi/saved-state.ts";
import type { SimulationSettings } from "../fmi/simulation-settings.ts";
import { resizeDescription } from "../fmi/structural-parameters.ts";
import type { RunArguments } from "./contract.ts";
import { planFiles, planInitialState, planInputSeries } from "./plan-inputs.ts";
import { type PlanNotes, planStartValues, suggest } from "./plan-start-values.ts";
import { type PlannedTimes, planTimes } from "./plan-times.ts";

/** A run that can be started. */
export interface RunPlan {
  interface: ChosenInterface;
  /** Of the FMU, arrays sized as the structural parameters say. */
  description: ModelDescription;
  settings: SimulationSettings;
  /** Of the shared library inside the archive; undefined where its sources are to be compiled. */
  libraryPath: string | undefined;
  /** Files to be written for the FMU, by the parameter that is set to their path. */
  files: ReadonlyMap<string, { name: string; bytes: Uint8Array }>;
  capacity: number;
  debug: boolean;
  checkStep: boolean;
  /** What is worth knowing and stops nothing, a sentence each. */
  messages: string[];
}

const MOST_FLAWS_TOLD = 3;
const MOST_RECORDING_BYTES = 2 * 1024 ** 3;

/** Plans a run from its arguments and the FMU; every problem found is a sentence of its own. */
export function planRun(fmu: Fmu, args: RunArguments, platform: Platform): RunPlan | { errors: string[] } {
  const chosen = chooseInterface(fmu.description, args);
  if ("problem" in chosen) return { errors: [`${chosen.problem}. ${chosen.remedy}`] };
  const notes: PlanNotes = { errors: [], messages: [] };
  const { errors, messages } = notes;
  messages.push(...tellFlaws(fmu.description));
  const { modelIdentifier } = chosen.description;
  const { fmiMajor } = fmu.description;
  const libraryPath = findLibraryPath(fmu.archive.entries, modelIdentifier, fmiMajor, platform);
  if (libraryPath === undefined && !hasSources(fmu)) errors.push(noLibrary(fmu, modelIdentifier, platform));
  const start = planInitialState(fmu.description, args, chosen, notes);
  const times = planRunTimes(fmu.description, args, chosen, start);
  if ("problem" in times) errors.push(times.problem);
  const tolerance = args.tolerance ?? usableTolerance(fmu.description, messages);
  if (tolerance !== undefined && !(tolerance > 0 && Number.isFinite(tolerance)))
    errors.push(`tolerance ${tolerance} is not a positive number.`);
  const { description, startValues } = planStartValues(
    sizedAsSaved(fmu.description, start, args),
    args,
    notes,
  );
  const outputs = planOutputs(description, args.output_variables, errors);
  const files = planFiles(description, args, notes);
  const inputSeries =
    "problem" in times ? undefined : planInputSeries(description, args, times, chosen, notes);
  if (args.save_state) errors.push(...refuseState(description, chosen));
  if ("problem" in times || errors.length > 0) return { errors };
  const eventCapacity = hasEvents(chosen) ? chooseEventCapacity(times.capacity) : 0;
  const capacity = times.capacity + eventCapacity;
  const columns = recordedColumns(description, outputs).length;
  if (recordingBytes(columns, capacity) > MOST_RECORDING_BYTES)
    return { errors: [tooMuch(columns, capacity)] };
  const settings: SimulationSettings = {
    ...gridOf(times),
    ...{ tolerance, startValues, outputs, eventCapacity, inputSeries, saveState: args.save_state },
    logging: args.return_logs || args.debug ? "all" : "problems",
    solver: args.solver ?? undefined,
    initialState: args.initial_state ?? undefined,
  };
  const { debug, check_step: checkStep } = args;
  return {
    interface: chosen,
    description,
    settings,
    libraryPath,
    files,
    capacity,
    debug,
    checkStep,
    messages,
  };
}

function usableTolerance({ defaultExperiment }: ModelDescription, messages: string[]): number | undefined {
  const { tolerance } = defaultExperiment;
  if (tolerance === undefined || tolerance > 0) return tolerance;
  messages.push(
    `The tolerance ${tolerance} of the model's DefaultExperiment was passed over: it is not positive.`,
  );
  return undefined;
}

function tellFlaws({ flaws = [] }: ModelDescription): string[] {
  const told = flaws
    .slice(0, MOST_FLAWS_TOLD)
    .map(({ line, problem }) => `modelDescription.xml, line ${line}: ${problem}. Passed over.`);
  const more = flaws.length - told.length;
  return more > 0 ? [...told, `modelDescription.xml has ${more} more flaws that were passed over.`] : told;
}

/* What cannot be read of a saved state is told by then. */
function sizedAsSaved(
  description: ModelDescription,
  start: number | undefined,
  { initial_state: saved }: RunArguments,
): ModelDescription {
  if (saved == null || start === undefined) return description;
  return resizeDescription(description, savedSizes(readStateHeader(saved)));
}

function gridOf({ startTime, stopTime, stepSize, stepsPerPoint }: PlannedTimes) {
  return { startTime, stopTime, stepSize, stepsPerPoint };
}

function hasEvents({ type, description }: ChosenInterface): boolean {
  return type === "model_exchange" || description.hasEventMode;
}

function planRunTimes(
  { defaultExperiment }: ModelDescription,
  args: RunArguments,
  chosen: ChosenInterface,
  start: number | undefined,
): PlannedTimes | { problem: string } {
  const config =
    start === undefined ? args.simulation_config : { ...args.simulation_config, start_time: start };
  const capabilities = { canHandleVariableCommunicationStepSize: !takesStepsOfOneSize(chosen) };
  return planTimes({ ...args, simulation_config: config }, defaultExperiment, capabilities);
}

function hasSources({ archive }: Fmu): boolean {
  return archive.entries.some(({ path, isDirectory }) => !isDirectory && path.startsWith("sources/"));
}

function noLibrary(fmu: Fmu, modelIdentifier: string, platform: Platform): string {
  const there = fmu.platforms.map((each) => each.label).join(", ");
  const has = there === "" ? "it has no binaries at all" : `it has binaries for ${there}`;
  return `The FMU has no library ${modelIdentifier}${platform.suffix} for this machine, ${platform.label}: ${has}.`;
}

function planOutputs(description: ModelDescription, wanted: readonly string[], errors: string[]): string[] {
  const { variables } = description;
  if (wanted.length === 0) {
    return variables
      .filter(({ causality, type }) => causality === "output" && type !== "Clock")
      .map(({ name }) => name);
  }
  const { names, unknown } = selectVariables(description, wanted);
  for (const name of unknown) {
    const all = variables.map((variable) => variable.name);
    errors.push(
      name.includes("*")
        ? `Cannot record "${name}": no variable's name is like that.`
        : `Cannot record "${name}": the model has no such variable.${suggest(name, all)}`,
    );
  }
  const clocks = new Set(variables.filter(({ type }) => type === "Clock").map(({ name }) => name));
  for (const name of names) if (clocks.has(name)) errors.push(`Cannot record "${name}": it is a Clock.`);
  return names;
}

function refuseState(description: ModelDescription, { description: used }: ChosenInterface): string[] {
  const why = whyNotSaved(description, used);
  return why === undefined ? [] : [`Cannot save the state at the end: ${why}.`];
}

function tooMuch(columns: number, capacity: number): string {
  return `${columns} columns of ${capacity} points take more than 2 GiB. Take fewer output_variables or a larger output_interval.`;
}
