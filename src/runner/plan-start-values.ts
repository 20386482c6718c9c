import { findClosestNames } from "../fmi/description/closest-names.ts";
import type { ModelDescription, StartValue, Variable } from "../fmi/description/model-description.ts";
import { isTunable, whyNotSettable } from "../fmi/settable.ts";
import { findOutOfRange } from "../fmi/start-values.ts";
import { resizeDescription } from "../fmi/structural-parameters.ts";
import type { RunArguments, WireValue } from "./contract.ts";
import { checkStartValue } from "./start-value-check.ts";

/** Start values checked, and the model description with the array sizes that follow from them. */
export interface PlannedStartValues {
  description: ModelDescription;
  startValues: { name: string; values: StartValue[] }[];
}

/** Where problems (which stop a run) and messages (which do not) go, a sentence each. */
export interface PlanNotes {
  errors: string[];
  messages: string[];
}

/** Checks start values: structural parameters first, as the sizes of arrays follow from them. */
export function planStartValues(
  description: ModelDescription,
  args: Pick<RunArguments, "inputs" | "initial_state">,
  notes: PlanNotes,
): PlannedStartValues {
  const isRestored = args.initial_state != null;
  const byName = new Map(description.variables.map((variable) => [variable.name, variable]));
  const structural = new Map<string, StartValue[]>();
  const others: [Variable, WireValue][] = [];
  for (const [name, value] of Object.entries(args.inputs)) {
    const variable = byName.get(name);
    if (variable === undefined) {
      notes.errors.push(
        `Cannot set "${name}": the model has no such variable.${suggest(name, byName.keys())}`,
      );
    } else if (isRestored && !isTunable(variable)) {
      notes.errors.push(
        `Cannot set "${name}": a run that starts from a saved state takes inputs and tunable parameters only.`,
      );
    } else if (variable.causality === "structuralParameter") {
      const values = check(variable, value, description, notes);
      if (values !== undefined) structural.set(name, values);
    } else others.push([variable, value]);
  }
  const resized = resizeDescription(description, structural);
  const startValues = [...structural].map(([name, values]) => ({ name, values }));
  const again = new Map(resized.variables.map((variable) => [variable.name, variable]));
  for (const [{ name }, value] of others) {
    const variable = again.get(name);
    const values = variable && check(variable, value, resized, notes);
    if (values !== undefined) startValues.push({ name, values });
  }
  return { description: resized, startValues };
}

function check(
  variable: Variable,
  value: WireValue,
  description: ModelDescription,
  notes: PlanNotes,
): StartValue[] | undefined {
  const { name, min, max } = variable;
  const checked = whyNotSettable(variable) ?? checkStartValue(variable, value, description);
  if (typeof checked === "string") {
    notes.errors.push(`Cannot set "${name}": ${checked}.`);
    return undefined;
  }
  if (findOutOfRange(variable, checked) !== undefined)
    notes.messages.push(`The value of "${name}" is outside its range, ${min ?? "-∞"} to ${max ?? "∞"}.`);
  return checked;
}

/** " Did you mean ...?", or nothing where no name comes close. */
export function suggest(name: string, names: Iterable<string>): string {
  const closest = findClosestNames(name, names);
  return closest.length === 0 ? "" : ` Did you mean ${closest.map((each) => `"${each}"`).join(" or ")}?`;
}
