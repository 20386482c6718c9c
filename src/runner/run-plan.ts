import { findClosestNames } from "../fmi/closest-names.ts";
import type { Fmu } from "../fmi/fmu.ts";
import type { ModelDescription, StartValue } from "../fmi/model-description.ts";
import { findLibraryPath, type Platform } from "../fmi/platforms.ts";
import { recordedColumns } from "../fmi/recorded-columns.ts";
import { recordingBytes } from "../fmi/recorder.ts";
import { whyNotSettable } from "../fmi/settable.ts";
import type { SimulationSettings } from "../fmi/simulation-settings.ts";
import type { RunArguments } from "./contract.ts";
import { planTimes } from "./plan-times.ts";
import { checkStartValue } from "./start-value-check.ts";

/** A run that can be started. */
export interface RunPlan {
  settings: SimulationSettings;
  /** Of the shared library inside the archive. */
  libraryPath: string;
  capacity: number;
  /** What is worth knowing and stops nothing, a sentence each. */
  messages: string[];
}

const MOST_RECORDING_BYTES = 2 * 1024 ** 3;

/** Plans a run from its arguments and the FMU; every problem found is a sentence of its own. */
export function planRun(fmu: Fmu, args: RunArguments, platform: Platform): RunPlan | { errors: string[] } {
  const { description } = fmu;
  const { coSimulation } = description;
  if (description.fmiMajor === 1 || coSimulation === undefined) {
    return { errors: [whyNotSimulated(description)] };
  }
  const messages: string[] = [];
  const errors: string[] = [];
  const { modelIdentifier } = coSimulation;
  const libraryPath = findLibraryPath(fmu.archive.entries, modelIdentifier, description.fmiMajor, platform);
  if (libraryPath === undefined) errors.push(noLibrary(fmu, modelIdentifier, platform));
  const times = planTimes(args, description.defaultExperiment, coSimulation);
  if ("problem" in times) errors.push(times.problem);
  const tolerance = args.tolerance ?? description.defaultExperiment.tolerance;
  if (tolerance !== undefined && !(tolerance > 0 && Number.isFinite(tolerance))) {
    errors.push(`tolerance ${tolerance} is not a positive number.`);
  }
  const startValues = planStartValues(description, args.inputs, errors, messages);
  const outputs = planOutputs(description, args.output_variables, errors);
  if (coSimulation.needsExecutionTool) {
    messages.push("The FMU needs the tool that made it: the run fails where that is not installed.");
  }
  if ("problem" in times || libraryPath === undefined || errors.length > 0) return { errors };
  const columns = recordedColumns(description, outputs).length;
  if (recordingBytes(columns, times.capacity) > MOST_RECORDING_BYTES) {
    return {
      errors: [
        `${columns} columns of ${times.capacity} points take more than 2 GiB. Take fewer output_variables or a larger output_interval.`,
      ],
    };
  }
  const { capacity, ...grid } = times;
  const logging = args.return_logs ? "all" : "problems";
  const settings: SimulationSettings = { ...grid, tolerance, startValues, outputs, logging };
  return { settings, libraryPath, capacity, messages };
}

function whyNotSimulated({ fmiMajor, fmiVersion, modelName, modelExchange }: ModelDescription): string {
  const name = JSON.stringify(modelName);
  if (fmiMajor === 1)
    return `Cannot simulate ${name}: it is of FMI ${fmiVersion}, and this runner simulates FMI 2.0 and 3.0.`;
  const only = modelExchange === undefined ? "Scheduled Execution" : "Model Exchange";
  return `Cannot simulate ${name}: it is for ${only} only, and this runner simulates Co-Simulation. Export it for Co-Simulation.`;
}

function noLibrary(fmu: Fmu, modelIdentifier: string, platform: Platform): string {
  const there = fmu.platforms.map((each) => each.label).join(", ");
  const has = there === "" ? "it has no binaries at all" : `it has binaries for ${there}`;
  return `The FMU has no library ${modelIdentifier}${platform.suffix} for this machine, ${platform.label}: ${has}.`;
}

function planStartValues(
  description: ModelDescription,
  inputs: RunArguments["inputs"],
  errors: string[],
  messages: string[],
): { name: string; values: StartValue[] }[] {
  const byName = new Map(description.variables.map((variable) => [variable.name, variable]));
  return Object.entries(inputs).flatMap(([name, value]) => {
    const variable = byName.get(name);
    if (variable === undefined) {
      errors.push(`Cannot set "${name}": the model has no such variable.${suggest(name, byName.keys())}`);
      return [];
    }
    const checked = whyNotSettable(variable) ?? checkStartValue(variable, value, description);
    if (typeof checked === "string") {
      errors.push(`Cannot set "${name}": ${checked}.`);
      return [];
    }
    const { min, max } = variable;
    const outside = checked.some(
      (each) => Number(each) < (min ?? -Infinity) || Number(each) > (max ?? Infinity),
    );
    if (outside)
      messages.push(`The value of "${name}" is outside its range, ${min ?? "-∞"} to ${max ?? "∞"}.`);
    return [{ name, values: checked }];
  });
}

function planOutputs(description: ModelDescription, wanted: readonly string[], errors: string[]): string[] {
  const { variables } = description;
  if (wanted.length === 0) {
    return variables
      .filter(({ causality, type }) => causality === "output" && type !== "Clock")
      .map(({ name }) => name);
  }
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  for (const name of wanted) {
    const variable = byName.get(name);
    if (variable === undefined) {
      errors.push(`Cannot record "${name}": the model has no such variable.${suggest(name, byName.keys())}`);
    } else if (variable.type === "Clock") errors.push(`Cannot record "${name}": it is a Clock.`);
  }
  return [...new Set(wanted)];
}

function suggest(name: string, names: Iterable<string>): string {
  const closest = findClosestNames(name, names);
  return closest.length === 0 ? "" : ` Did you mean ${closest.map((each) => `"${each}"`).join(" or ")}?`;
}
