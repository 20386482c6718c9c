import type { ModelDescription, Variable } from "./model-description.ts";
import { type JsonStart, summarizeVariable } from "./summarize-fmu.ts";

/** A property of a variable that is not the same in two FMUs; null where a variable has none. */
export interface VariableChange {
  name: string;
  property: "unit" | "start" | "type" | "causality" | "variability" | "dimensions";
  this: JsonStart | (number | string)[] | JsonStart[];
  other: JsonStart | (number | string)[] | JsonStart[];
}

/** How the variables of one model description differ from those of another. */
export interface DescriptionComparison {
  /** Names that only this one has. */
  added: string[];
  /** Names that only the other one has. */
  removed: string[];
  changed: VariableChange[];
}

/** Compares the variables of an FMU with those of another (an older version, say), by name. */
export function compareDescriptions(
  description: ModelDescription,
  other: ModelDescription,
): DescriptionComparison {
  const ours = byName(description);
  const theirs = byName(other);
  return {
    added: [...ours.keys()].filter((name) => !theirs.has(name)),
    removed: [...theirs.keys()].filter((name) => !ours.has(name)),
    changed: [...ours].flatMap(([name, variable]) => {
      const match = theirs.get(name);
      return match ? changesOf(facts(variable, description), facts(match, other), name) : [];
    }),
  };
}

function byName({ variables }: ModelDescription): Map<string, Variable> {
  return new Map(variables.map((variable) => [variable.name, variable]));
}

type Facts = Record<VariableChange["property"], VariableChange["this"]>;

function facts(variable: Variable, description: ModelDescription): Facts {
  const { unit, start, type, dimensions } = summarizeVariable(variable, description);
  const { causality, variability } = variable;
  return { unit, start, type, causality, variability, dimensions: dimensions ?? null };
}

function changesOf(ours: Facts, theirs: Facts, name: string): VariableChange[] {
  const properties = Object.keys(ours) as VariableChange["property"][];
  return properties
    .filter((property) => JSON.stringify(ours[property]) !== JSON.stringify(theirs[property]))
    .map((property) => ({ name, property, this: ours[property], other: theirs[property] }));
}
