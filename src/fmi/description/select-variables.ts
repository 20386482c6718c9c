import { variablesByName } from "./aliases.ts";
import type { ModelDescription, Variable } from "./model-description.ts";
import { namePattern } from "./name-pattern.ts";

/**
 * The own names of the variables that a list means: names, aliases, and patterns with `*` for any text, in the list's order,
 * each once. What nothing answers to is in `unknown`. A pattern leaves Clocks out.
 */
export function selectVariables(
  description: Pick<ModelDescription, "variables">,
  wanted: readonly string[],
): { names: string[]; unknown: string[] } {
  const known = variablesByName(description);
  const names = new Set<string>();
  const unknown: string[] = [];
  for (const each of wanted) {
    const exact = known.get(each);
    const found = exact === undefined ? matching(known, each) : [exact];
    for (const { name } of found) names.add(name);
    if (found.length === 0) unknown.push(each);
  }
  return { names: [...names], unknown };
}

function matching(known: ReadonlyMap<string, Variable>, pattern: string): Variable[] {
  if (!pattern.includes("*")) return [];
  const matches = namePattern(pattern);
  return [...known].flatMap(([name, variable]) =>
    variable.type !== "Clock" && matches.test(name) ? [variable] : [],
  );
}
