import { ToolError } from "../errors.ts";
import { aliasesOf, variablesByName } from "../fmi/description/aliases.ts";
import type { ModelDescription, Variable } from "../fmi/description/model-description.ts";
import { findElement, type VariableElement } from "../fmi/description/variable-element.ts";
import type { WireValue } from "../runner/contract.ts";
import { requireVariable } from "./require-variable.ts";
import {
  type AppliedValue,
  applyElement,
  applyStartValue,
  refuseAlone,
  type UserValue,
} from "./start-values.ts";

/** Start values checked against a model description. */
export interface AppliedInputs {
  /** In each variable's own unit, as the runner takes them; of an array that has elements set, all elements. */
  inputs: Record<string, WireValue>;
  /** By variable, or by element where one was given. */
  inputsApplied: Record<string, { value: WireValue; unit: string | null; given?: UserValue }>;
  warnings: string[];
}

/**
 * Applies start values by the names of variables, and of elements of arrays (`m[1,2]`), which count over a value of the whole
 * array. A run that `isRestored` starts from a saved state. Throws `invalid_argument` for what cannot be set and a name that is none.
 */
export function applyInputs(
  description: ModelDescription,
  given: Readonly<Record<string, UserValue>>,
  isRestored = false,
): AppliedInputs {
  const byName = variablesByName(description);
  const applied: AppliedInputs = { inputs: {}, inputsApplied: {}, warnings: [] };
  const { inputs, inputsApplied, warnings } = applied;
  const note = (name: string, wanted: string, { value, unit, warning }: AppliedValue) => {
    inputsApplied[name] = { value, unit: unit ?? null, ...asGiven(given[wanted], value) };
    if (warning !== undefined) warnings.push(warning);
  };
  const elements: [name: string, element: VariableElement][] = [];
  for (const [wanted, value] of Object.entries(given)) {
    const element = byName.has(wanted) ? undefined : findElement(description, wanted);
    if (element !== undefined) {
      elements.push([wanted, element]);
      continue;
    }
    const variable = requireVariable(byName, wanted, "start value");
    refuseSecondName(variable, wanted, given, description);
    const own = applyStartValue(variable, value, description);
    inputs[variable.name] = own.value;
    note(variable.name, wanted, own);
  }
  for (const [wanted, element] of elements) {
    const { name } = element.variable;
    if (isRestored && inputs[name] === undefined)
      throw refuseAlone(element.variable, wanted, "are in the saved state alone", description);
    const own = applyElement(element, wanted, given[wanted] ?? "", description);
    inputs[name] = own.putInto(inputs[name]);
    const whole = inputsApplied[name];
    if (whole !== undefined) whole.value = inputs[name] ?? whole.value;
    note(wanted, wanted, own);
  }
  return applied;
}

function refuseSecondName(
  variable: Variable,
  wanted: string,
  given: Readonly<Record<string, UserValue>>,
  description: ModelDescription,
): void {
  const names = [variable.name, ...aliasesOf(variable, description).map(({ name }) => name)];
  const other = names.find((name) => name !== wanted && Object.hasOwn(given, name));
  if (other === undefined) return;
  throw new ToolError(
    "invalid_argument",
    `Cannot set both "${wanted}" and "${other}": they are names of one value`,
    "Leave one of the two out.",
  );
}

function asGiven(given: UserValue | undefined, value: WireValue): { given?: UserValue } {
  return typeof given === "string" && given !== value ? { given } : {};
}
