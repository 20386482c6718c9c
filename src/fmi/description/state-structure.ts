import { countElements, elementNames } from "./dimensions.ts";
import type { ModelDescription } from "./model-description.ts";
import { type ContinuousState, continuousStatesOf } from "./model-structure.ts";

/** What the model structure says of the continuous states, element by element. */
export interface StateStructure {
  /** Names of the states; where a state is not known, "the state of" its derivative. */
  names: string[];
  /** For each derivative the indices of the states it depends on; undefined where all depend on all. */
  sparsity: ArrayLike<number>[] | undefined;
  /** Value references of states and derivatives, an array once; undefined where a state is not known. */
  references: { states: number[]; derivatives: number[] } | undefined;
}

/** The structure of so many states; undefined where the model description has another number of them. */
export function readStateStructure(description: ModelDescription, count: number): StateStructure | undefined {
  const states = continuousStatesOf(description);
  const sizes = states.map(({ derivative }) => countElements(derivative, description));
  if (sizes.reduce((sum, size) => sum + size, 0) !== count) return undefined;
  const known = states.flatMap(({ state }) => state ?? []);
  return {
    names: states.flatMap(({ state, derivative }) =>
      state === undefined
        ? elementNames(derivative, description).map((name) => `the state of ${name}`)
        : elementNames(state, description),
    ),
    sparsity: readSparsity(description, states, sizes, count),
    references:
      known.length < states.length
        ? undefined
        : {
            states: known.map(({ valueReference }) => valueReference),
            derivatives: states.map(({ derivative }) => derivative.valueReference),
          },
  };
}

function readSparsity(
  { variables }: ModelDescription,
  states: readonly ContinuousState[],
  sizes: readonly number[],
  count: number,
): ArrayLike<number>[] | undefined {
  if (states.every(({ dependencies }) => dependencies === undefined)) return undefined;
  const all = Int32Array.from({ length: count }, (_, index) => index);
  // By value reference, for a dependency may name another variable of the same value.
  const elementsOf = new Map<number, Int32Array>();
  let from = 0;
  for (const [index, { state }] of states.entries()) {
    const size = sizes[index] ?? 0;
    if (state === undefined) return undefined;
    elementsOf.set(state.valueReference, all.subarray(from, from + size));
    from += size;
  }
  const rows = states.flatMap(({ dependencies }, index) => {
    const row =
      dependencies === undefined || dependencies.includes(-1)
        ? all
        : Int32Array.from(
            [...dependencies].flatMap((position) => {
              const variable = variables[position];
              const isReal = variable?.type === "Float64";
              return isReal ? [...(elementsOf.get(variable.valueReference) ?? [])] : [];
            }),
          );
    return Array.from({ length: sizes[index] ?? 0 }, () => row);
  });
  return rows.every((row) => row.length >= count) ? undefined : rows;
}
