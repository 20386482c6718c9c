import type { ModelDescription, Variable, VariableType } from "./model-description.ts";

type AliasedModel = Pick<ModelDescription, "fmiMajor" | "variables">;

/** Another name for a variable's value; `negated` where its sign is turned (FMI 1.0). */
export interface Alias {
  name: string;
  negated: boolean;
}

/**
 * The other names of a variable: before FMI 3.0 the variables that have its type and value reference, in FMI 3.0 its
 * `<Alias>` elements.
 */
export function aliasesOf(variable: Variable, description: AliasedModel): Alias[] {
  if (description.fmiMajor === 3) {
    return (variable.aliases ?? []).map(({ name }) => ({ name, negated: false }));
  }
  return description.variables
    .filter((other) => other !== variable && aliasKey(other) === aliasKey(variable))
    .map((other) => ({ name: other.name, negated: isNegated(other) !== isNegated(variable) }));
}

/** Variables by name, in FMI 3.0 by their aliases too; a variable's own name comes before an alias. */
export function variablesByName({ variables }: Pick<ModelDescription, "variables">): Map<string, Variable> {
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  for (const variable of variables) {
    for (const { name } of variable.aliases ?? []) if (!byName.has(name)) byName.set(name, variable);
  }
  return byName;
}

/** The variables of FMI 1.0 and 2.0 that share a value, in the order of the file; single ones are left out. */
export function aliasSets(description: AliasedModel): Variable[][] {
  if (description.fmiMajor === 3) return [];
  const sets = new Map<string, Variable[]>();
  for (const variable of description.variables) {
    const key = aliasKey(variable);
    const set = sets.get(key);
    if (set === undefined) sets.set(key, [variable]);
    else set.push(variable);
  }
  return [...sets.values()].filter((set) => set.length > 1);
}

/** Makes a parameter of FMI 1.0 that has no start value of its own one that can be set, where an alias of it can. */
export function settleParameterAliases(variables: readonly Variable[]): void {
  for (const set of aliasSets({ fmiMajor: 1, variables })) {
    if (!set.some(({ causality }) => causality === "parameter")) continue;
    for (const variable of set)
      if (variable.causality === "calculatedParameter") {
        variable.causality = "parameter";
        variable.initial = "exact";
      }
  }
}

// Integers and enumerations are read by one function, so they share value references.
function aliasKey({ type, valueReference }: Variable): string {
  const base: VariableType = type === "Enumeration" ? "Int32" : type;
  return `${base} ${valueReference}`;
}

function isNegated(variable: Variable): boolean {
  return variable.alias === "negatedAlias";
}
