import type { ModelDescription, Variable } from "./model-description.ts";

/** What depends on what in a model. FMI 1.0 gives the outputs only. */
export interface ModelStructure {
  outputs: readonly Unknown[];
  /** FMI 3.0: `<ContinuousStateDerivative>`. Their order is the order of the continuous states. */
  derivatives: readonly Unknown[];
  /** FMI 3.0. */
  clockedStates: readonly Unknown[];
  initialUnknowns: readonly Unknown[];
  /** FMI 3.0; before it there is their number alone. */
  eventIndicators: readonly Unknown[];
}

/** One entry of the model structure. */
export interface Unknown {
  /** As written: a 1-based index in FMI 2.0, a value reference in FMI 3.0. */
  reference: number;
  /** Undefined where the reference leads nowhere. */
  variable: Variable | undefined;
  /** Positions in `variables`, -1 for a reference that leads nowhere; undefined means "on everything". */
  dependencies: Int32Array | undefined;
  /** "dependent", "constant", "fixed", "tunable", "discrete": one per dependency. Undefined means "dependent" for all. */
  kinds: readonly string[] | undefined;
  line: number;
}

/** A continuous state with its derivative. */
export interface ContinuousState {
  /** Undefined where the derivative does not say what it is the derivative of. */
  state: Variable | undefined;
  derivative: Variable;
  /** As in {@link Unknown}. */
  dependencies: Int32Array | undefined;
}

/**
 * The continuous states in the order in which the FMU takes and gives them; an array counts once, with all its elements.
 * Empty for FMI 1.0, whose FMUs tell their states at run time.
 */
export function continuousStatesOf(description: ModelDescription): ContinuousState[] {
  const find = createReferenceLookup(description);
  return (description.structure?.derivatives ?? []).flatMap(({ variable, dependencies }) => {
    if (variable === undefined) return [];
    const state = variable.derivative === undefined ? undefined : find(variable.derivative);
    return [{ state, derivative: variable, dependencies }];
  });
}

/** A function that finds the variable a reference of the model structure means: by 1-based index before FMI 3.0, by value reference since. */
export function createReferenceLookup(
  description: Pick<ModelDescription, "fmiMajor" | "variables">,
): (reference: number) => Variable | undefined {
  const { variables } = description;
  if (description.fmiMajor !== 3) return (reference) => variables[reference - 1];
  const byReference = new Map(variables.map((variable) => [variable.valueReference, variable]));
  return (reference) => byReference.get(reference);
}
