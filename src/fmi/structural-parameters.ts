import type { ModelDescription, StartValue, Variable } from "./description/model-description.ts";

/**
 * The model description that holds once structural parameters are set in Configuration Mode: arrays have the sizes that
 * follow, and their old start values are gone where they no longer fit (FMI 3.0.2, section 2.4.7.1).
 */
export function resizeDescription(
  description: ModelDescription,
  values: ReadonlyMap<string, readonly StartValue[]>,
): ModelDescription {
  if (values.size === 0) return description;
  const changed = new Set<number>();
  const variables = description.variables.map((variable): Variable => {
    const start = values.get(variable.name);
    if (start === undefined || variable.causality !== "structuralParameter") return variable;
    changed.add(variable.valueReference);
    return { ...variable, start };
  });
  const isResized = ({ dimensions }: Variable) =>
    dimensions.some((dimension) => "valueReference" in dimension && changed.has(dimension.valueReference));
  return {
    ...description,
    variables: variables.map((variable) =>
      isResized(variable) && (variable.start?.length ?? 0) > 1 ? { ...variable, start: undefined } : variable,
    ),
  };
}
