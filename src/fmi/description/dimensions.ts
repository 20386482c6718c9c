import type { ModelDescription, Variable } from "./model-description.ts";

/** Extents of a variable: empty for a scalar. A dimension given by a structural parameter has that one's start value. */
export function dimensionsOf(variable: Variable, description: ModelDescription): number[] {
  return variable.dimensions.map((dimension) => {
    if ("start" in dimension) return dimension.start;
    const size = description.variables.find((each) => each.valueReference === dimension.valueReference);
    return Number(size?.start?.[0] ?? 0);
  });
}

/** Number of elements: 1 for a scalar. */
export function countElements(variable: Variable, description: ModelDescription): number {
  return dimensionsOf(variable, description).reduce((product, extent) => product * extent, 1);
}

/** Names of the elements in row-major order, counted from 1: `x[1,2]`; the variable's own name for a scalar. */
export function elementNames(variable: Variable, description: ModelDescription): string[] {
  const extents = dimensionsOf(variable, description);
  if (extents.length === 0) return [variable.name];
  let indices = [""];
  for (const extent of extents) {
    indices = indices.flatMap((prefix) =>
      Array.from({ length: extent }, (_, i) => (prefix === "" ? `${i + 1}` : `${prefix},${i + 1}`)),
    );
  }
  return indices.map((index) => `${variable.name}[${index}]`);
}

/** Whether a variable can be recorded as numbers: everything but String, Binary and Clock. */
export function isNumeric(variable: Variable): boolean {
  return variable.type !== "String" && variable.type !== "Binary" && variable.type !== "Clock";
}
