import { countElements } from "../description/dimensions.ts";
import type { Variable } from "../description/model-description.ts";
import type { VariableElement } from "../description/variable-element.ts";
import type { SimulationSettings } from "../simulation-settings.ts";
import { createValueBlocks, type ValueAccess } from "../value-block.ts";

/**
 * Makes a function that sets the variables of elements that pass the filter, given a value for each of all the elements. An
 * element of an array that is not among them keeps its start value, in a run from a saved state the value that it has there.
 */
export function createElementSetter(
  access: ValueAccess,
  { startValues, initialState }: Pick<SimulationSettings, "startValues" | "initialState">,
  elements: readonly VariableElement[],
  filter: (variable: Variable) => boolean = () => true,
): (values: Float64Array) => void {
  const variables = [...new Set(elements.map(({ variable }) => variable))].filter(filter);
  const blocks = createValueBlocks(access, variables);
  const given = new Map(startValues.map(({ name, values }) => [name, values]));
  const offsets = new Map<Variable, number>();
  const starts: number[] = [];
  for (const variable of blocks.flatMap((block) => block.variables)) {
    offsets.set(variable, starts.length);
    const start = given.get(variable.name) ?? variable.start ?? [];
    const count = countElements(variable, access.description);
    for (let i = 0; i < count; i++) starts.push(Number(start[start.length === 1 ? 0 : i] ?? 0));
  }
  const all = Float64Array.from(starts);
  const places = Int32Array.from(elements, ({ variable, index }) => {
    const offset = offsets.get(variable);
    return offset === undefined ? -1 : offset + index;
  });
  let isRead = initialState === undefined || !variables.some(({ dimensions }) => dimensions.length > 0);
  const readOnce = () => {
    if (isRead) return;
    isRead = true;
    let at = 0;
    for (const block of blocks) {
      block.get();
      block.copyNumbers(all, at);
      at += block.size;
    }
  };
  return (values) => {
    readOnce();
    for (let i = 0; i < places.length; i++) {
      const place = places[i] as number;
      if (place >= 0) all[place] = values[i] as number;
    }
    let at = 0;
    for (const block of blocks) {
      block.writeNumbers(all, at);
      block.set();
      at += block.size;
    }
  };
}
