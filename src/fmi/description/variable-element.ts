import { elementNames } from "./dimensions.ts";
import type { ModelDescription, Variable } from "./model-description.ts";

/** What a name with indices means: a scalar variable, or one element of an array. */
export interface VariableElement {
  variable: Variable;
  /** In row-major order; 0 for a scalar. */
  index: number;
}

/** Finds the variable of a name, or the element of an array by its indices from 1 (`u[2]`, `k[1,2]`). */
export function findElement(description: ModelDescription, key: string): VariableElement | undefined {
  const named = description.variables.find(({ name }) => name === key);
  if (named !== undefined) return { variable: named, index: 0 };
  const [, array, indices] = /^(.+)(\[\d+(?:,\d+)*\])$/.exec(key) ?? [];
  if (array === undefined) return undefined;
  const variable = description.variables.find(
    ({ name, aliases }) => name === array || aliases?.some((alias) => alias.name === array),
  );
  const names = variable === undefined ? [] : elementNames(variable, description);
  const index = names.indexOf(`${variable?.name}${indices}`);
  return variable === undefined || index < 0 ? undefined : { variable, index };
}
