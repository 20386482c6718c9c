import type { ModelDescription } from "./model-description.ts";
import { namePattern } from "./name-pattern.ts";

/**
 * The names of the variables that a list means: names, and patterns with `*` for any text, in the list's order, each once.
 * What nothing answers to is in `unknown`. A pattern leaves Clocks out.
 */
export function selectVariables(
  { variables }: Pick<ModelDescription, "variables">,
  wanted: readonly string[],
): { names: string[]; unknown: string[] } {
  const known = new Set(variables.map(({ name }) => name));
  const names = new Set<string>();
  const unknown: string[] = [];
  for (const each of wanted) {
    const found = known.has(each) ? [each] : matching(variables, each);
    for (const name of found) names.add(name);
    if (found.length === 0) unknown.push(each);
  }
  return { names: [...names], unknown };
}

function matching(variables: ModelDescription["variables"], pattern: string): string[] {
  if (!pattern.includes("*")) return [];
  const matches = namePattern(pattern);
  return variables.filter(({ name, type }) => type !== "Clock" && matches.test(name)).map(({ name }) => name);
}
