import { ToolError } from "../errors.ts";
import { variablesByName } from "../fmi/description/aliases.ts";
import { chooseInterface, type InterfaceRequest } from "../fmi/description/choose-interface.ts";
import { takesStepsOfOneSize } from "../fmi/description/interface-type.ts";
import type { ModelDescription, StartValue, Variable } from "../fmi/description/model-description.ts";
import { selectVariables } from "../fmi/description/select-variables.ts";
import { findElement } from "../fmi/description/variable-element.ts";
import { isTunable } from "../fmi/settable.ts";
import { resizeDescription } from "../fmi/structural-parameters.ts";
import { type AppliedInputs, applyInputs } from "./apply-inputs.ts";
import { planTimes, type Sourced, type TimeRequest, type TimeSettings } from "./plan-times.ts";
import { requireVariable } from "./require-variable.ts";
import { applyStartValue, type UserValue } from "./start-values.ts";

/** What the caller asks of a run; times in seconds. */
export interface RunRequest extends TimeRequest, InterfaceRequest {
  inputs: Readonly<Record<string, UserValue>>;
  tolerance?: number | undefined;
  output_variables?: readonly string[] | undefined;
  /** Values of structural parameters in the saved state that the run starts from; absent where it starts from none. */
  sizes?: ReadonlyMap<string, readonly StartValue[]> | undefined;
}

/** A run checked against its model description: what will be sent, and where each setting comes from. */
export interface RunPlan {
  /** Of the FMU, arrays sized as the structural parameters say. */
  description: ModelDescription;
  /** Keyword arguments beyond those of every runner. */
  additions?: Readonly<Record<string, unknown>> | undefined;
  /** How inputs over time were read, a sentence each. */
  notes?: readonly string[] | undefined;
  times: TimeSettings;
  tolerance: Sourced<number | null>;
  /** Start values in each variable's own unit, as the runner takes them. */
  inputs: AppliedInputs["inputs"];
  inputsApplied: AppliedInputs["inputsApplied"];
  outputVariables: string[];
  units: Record<string, string | null>;
  warnings: string[];
}

/** Checks a request against the model description before anything runs. Throws `invalid_argument` with what would do. */
export function planRun(description: ModelDescription, request: RunRequest): RunPlan {
  const chosen = chooseInterface(description, request);
  if ("problem" in chosen) throw new ToolError("invalid_argument", chosen.problem, chosen.remedy);
  if (request.sizes !== undefined) refuseInitialOnly(description, request.inputs);
  const resized = resizeDescription(description, structuralValues(description, request));
  const byName = variablesByName(resized);
  const { inputs, inputsApplied, warnings } = applyInputs(
    resized,
    request.inputs,
    request.sizes !== undefined,
  );
  const outputVariables = chooseOutputs(resized, byName, request.output_variables, warnings);
  const units = Object.fromEntries(outputVariables.map((name) => [name, byName.get(name)?.unit ?? null]));
  const times = planTimes(description.defaultExperiment, request, takesStepsOfOneSize(chosen));
  return {
    description: resized,
    times,
    tolerance: planTolerance(description, request),
    inputs,
    inputsApplied,
    outputVariables,
    units,
    warnings,
  };
}

/* A saved state holds what was set before it: what changes at events only can be set again. */
function refuseInitialOnly(description: ModelDescription, inputs: RunRequest["inputs"]): void {
  const byName = variablesByName(description);
  const name = Object.keys(inputs).find((each) => {
    const variable = byName.get(each) ?? findElement(description, each)?.variable;
    return variable !== undefined && !isTunable(variable);
  });
  if (name === undefined) return;
  throw new ToolError(
    "invalid_argument",
    `Cannot set "${name}": a run that starts from a saved state takes inputs and tunable parameters only`,
    `Leave "${name}" out, or set it in the run whose state is saved.`,
  );
}

/** The sizes of arrays follow from these, so they are read first. */
function structuralValues(
  description: ModelDescription,
  { inputs, sizes }: RunRequest,
): ReadonlyMap<string, readonly StartValue[]> {
  const values = new Map(sizes);
  for (const variable of description.variables) {
    const given = variable.causality === "structuralParameter" ? inputs[variable.name] : undefined;
    if (given === undefined) continue;
    values.set(variable.name, [applyStartValue(variable, given, description).value].flat() as StartValue[]);
  }
  return values;
}

function planTolerance(description: ModelDescription, request: RunRequest): Sourced<number | null> {
  if (request.tolerance !== undefined) {
    if (request.tolerance > 0) return { value: request.tolerance, from: "given" };
    throw new ToolError(
      "invalid_argument",
      `Cannot run with tolerance ${request.tolerance}: it must be positive`,
      "Give a `tolerance` such as 1e-6, or leave it out.",
    );
  }
  const { tolerance } = description.defaultExperiment;
  return tolerance !== undefined && tolerance > 0
    ? { value: tolerance, from: "default experiment" }
    : { value: null, from: "not set" };
}

function chooseOutputs(
  description: ModelDescription,
  byName: ReadonlyMap<string, Variable>,
  wanted: readonly string[] | undefined,
  warnings: string[],
): string[] {
  if (wanted && wanted.length > 0) {
    const own = wanted.map((each) => ownName(description, byName, each));
    warnings.push(...tellOtherNames(wanted, own));
    const { names, unknown } = selectVariables(description, own);
    for (const name of unknown) requireVariable(byName, name, "output variable");
    return names.map((name) => checkRecordable(requireVariable(byName, name, "output variable")));
  }
  const outputs = description.variables.filter(
    (variable) => variable.causality === "output" && variable.type !== "Clock",
  );
  if (outputs.length === 0) {
    warnings.push(
      "The FMU has no variable of causality output: name some in `output_variables` to see values",
    );
  }
  return outputs.map((variable) => variable.name);
}

/* What an alias, or an element of an array, is recorded as; anything else as it is. */
function ownName(
  description: ModelDescription,
  byName: ReadonlyMap<string, Variable>,
  wanted: string,
): string {
  return byName.get(wanted)?.name ?? findElement(description, wanted)?.variable.name ?? wanted;
}

/* Once for each variable, and not where it was named itself. */
function tellOtherNames(wanted: readonly string[], own: readonly string[]): string[] {
  const first = new Map(own.map((name, index) => [name, wanted[index] ?? name] as const).reverse());
  return [...first].reverse().flatMap(([name, other]) => {
    if (wanted.includes(name)) return [];
    return other.startsWith(`${name}[`)
      ? [`"${other}" is an element of "${name}", which is recorded whole`]
      : [`"${other}" is another name of "${name}", under which it is recorded`];
  });
}

function checkRecordable({ name, type }: Variable): string {
  if (type !== "Clock") return name;
  throw new ToolError(
    "invalid_argument",
    `Cannot use "${name}" as output variable: it is a clock, which has no value`,
    `Leave "${name}" out of \`output_variables\`.`,
  );
}
