import type { ModelDescription } from "../description/model-description.ts";
import type { StateStructure } from "../description/state-structure.ts";
import { checkStatus } from "../fmu-status.ts";
import type { NativeLibrary } from "../library.ts";
import { allocateReferences, type DirectionalCall } from "./continuous-part.ts";
import type { CompletedStep, DiscreteStatesUpdate } from "./model-exchange-instance.ts";

/** Makes a function that binds calls with no parameter but the instance; they throw `FmuCallError`. */
export function bindPlainCalls(library: NativeLibrary, instance: number): (name: string) => () => void {
  return (name) => {
    const native = library.function(name, "status", ["uintptr_t"]);
    return () => checkStatus(name, native(instance));
  };
}

/** An update to be filled in. */
export function createUpdate(): DiscreteStatesUpdate {
  return {
    needsUpdate: false,
    terminate: false,
    nominalsChanged: false,
    statesChanged: false,
    nextEventTime: Number.POSITIVE_INFINITY,
  };
}

/** Reads the update of FMI 2.0 and 3.0, whose flags come in one order: the fifth tells whether there is a next event time. */
export function createUpdateReader(
  flags: Int32Array | Uint8Array,
  nextEventTime: Float64Array,
): () => DiscreteStatesUpdate {
  const update = createUpdate();
  return () => {
    update.needsUpdate = flags[0] !== 0;
    update.terminate = flags[1] !== 0;
    update.nominalsChanged = flags[2] !== 0;
    update.statesChanged = flags[3] !== 0;
    update.nextEventTime = flags[4] === 0 ? Number.POSITIVE_INFINITY : (nextEventTime[0] as number);
    return update;
  };
}

/** Binds CompletedIntegratorStep of FMI 2.0 and 3.0, which sets two Booleans of their own size; throws `FmuCallError`. */
export function bindCompletedStep(
  name: string,
  flags: Int32Array | Uint8Array,
  call: () => number,
): () => CompletedStep {
  const completed: CompletedStep = { enterEventMode: false, terminate: false };
  return () => {
    flags.fill(0);
    checkStatus(name, call());
    completed.enterEventMode = flags[0] !== 0;
    completed.terminate = flags[1] !== 0;
    return completed;
  };
}

/** Addresses and numbers of the value references that a directional derivative is taken of. */
export interface DirectionalReferences {
  unknowns: number;
  m: number;
  knowns: number;
  n: number;
}

/** Has GetDirectionalDerivative bound where the FMU offers it and the structure names states and derivatives. */
export function bindDirectional(
  { modelExchange }: ModelDescription,
  structure: StateStructure | undefined,
  bind: (references: DirectionalReferences) => DirectionalCall,
): DirectionalCall | undefined {
  const references = structure?.references;
  if (modelExchange?.providesDirectionalDerivatives !== true || references === undefined) return undefined;
  const { derivatives, states } = references;
  return bind({
    ...{ unknowns: allocateReferences(derivatives), m: derivatives.length },
    ...{ knowns: allocateReferences(states), n: states.length },
  });
}
