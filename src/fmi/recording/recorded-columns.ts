import { elementNames, isNumeric } from "../description/dimensions.ts";
import type { ModelDescription, Variable, VariableType } from "../description/model-description.ts";

/** One scalar of a recording. */
export interface RecordedColumn {
  name: string;
  type: VariableType;
}

/** The columns of a recording of these outputs, in its order; String, Binary and Clock variables have none. */
export function recordedColumns(description: ModelDescription, outputs: readonly string[]): RecordedColumn[] {
  const variables = findVariables(description, outputs).filter(isNumeric);
  const groups = groupByType(variables, description.fmiMajor);
  return [...groups.values()]
    .flat()
    .flatMap((variable) =>
      elementNames(variable, description).map((name) => ({ name, type: variable.type })),
    );
}

/** The variables of these names, in this order; names that no variable has are passed over. */
export function findVariables(description: ModelDescription, names: readonly string[]): Variable[] {
  const byName = new Map(description.variables.map((variable) => [variable.name, variable]));
  return names.flatMap((name) => byName.get(name) ?? []);
}

/** Groups variables by the functions that carry their values, each group in the given order. */
export function groupByType(variables: readonly Variable[], fmiMajor: 1 | 2 | 3): Map<string, Variable[]> {
  const groups = new Map<string, Variable[]>();
  for (const variable of variables) {
    const name = typeName(variable, fmiMajor);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [variable]);
    else group.push(variable);
  }
  return groups;
}

/** The `Real` of `fmi2GetReal`, the `Int64` of `fmi3GetInt64`: what functions a variable's values go through. */
function typeName(variable: Variable, fmiMajor: 1 | 2 | 3): string {
  if (fmiMajor < 3) return FMI2_NAMES[variable.type] ?? variable.type;
  return variable.type === "Enumeration" ? "Int64" : variable.type;
}

const FMI2_NAMES: Partial<Record<VariableType, string>> = {
  Float64: "Real",
  Int32: "Integer",
  Enumeration: "Integer",
  Boolean: "Boolean",
  String: "String",
};
