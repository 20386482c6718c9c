import { allocateReferences, bindContinuousPart, type DirectionalCall } from "./continuous-part.ts";
import { checkStatus, FmuCallError } from "./fmu-status.ts";
import type { InstanceOptions, LoadedFmu } from "./instance.ts";
import { allocate, allocateString } from "./library.ts";
import { allocateResourcePath3, bindLifeCycle3, createLogCallback3, limitLogging3 } from "./life-cycle-3.ts";
import type {
  CompletedStep,
  DiscreteStatesUpdate,
  ModelExchangeInstance,
} from "./model-exchange-instance.ts";
import { readStateStructure, type StateStructure } from "./state-structure.ts";

const NAMES = {
  setTime: "fmi3SetTime",
  setStates: "fmi3SetContinuousStates",
  getStates: "fmi3GetContinuousStates",
  getDerivatives: "fmi3GetContinuousStateDerivatives",
  getIndicators: "fmi3GetEventIndicators",
  getNominals: "fmi3GetNominalsOfContinuousStates",
};

/** Instantiates an FMU of FMI 3.0 for Model Exchange (FMI 3.0.2, section 3.2); throws `FmuCallError`. */
export function instantiateModelExchange3(fmu: LoadedFmu, options: InstanceOptions): ModelExchangeInstance {
  const { library, description } = fmu;
  const instance = instantiate(fmu, options);
  const plain = (name: string) => {
    const native = library.function(name, "int", ["uintptr_t"]);
    return () => checkStatus(name, native(instance));
  };
  return {
    access: { library, fmiMajor: 3, instance, description },
    ...bindLifeCycle3(fmu, instance),
    enterEventMode: plain("fmi3EnterEventMode"),
    enterContinuousTimeMode: plain("fmi3EnterContinuousTimeMode"),
    updateDiscreteStates: bindUpdateDiscreteStates(fmu, instance),
    completedIntegratorStep: bindCompletedStep(fmu, instance),
    openContinuousPart: () => {
      const stateCount = readCount(fmu, instance, "fmi3GetNumberOfContinuousStates");
      const indicatorCount = readCount(fmu, instance, "fmi3GetNumberOfEventIndicators");
      const structure = readStateStructure(description, stateCount);
      const directional = bindDirectional(fmu, instance, structure, stateCount);
      const shape = { stateCount, indicatorCount, structure, directional };
      return bindContinuousPart(library, instance, NAMES, shape);
    },
  };
}

function instantiate(fmu: LoadedFmu, options: InstanceOptions): number {
  const { library, description } = fmu;
  const name = "fmi3InstantiateModelExchange";
  const native = library.function(name, "uintptr_t", [
    // name, token, resource path, visible, loggingOn, environment, logMessage
    ...(["uintptr_t", "uintptr_t", "uintptr_t", "bool", "bool", "uintptr_t", "uintptr_t"] as const),
  ]);
  const instance = native(
    allocateString(description.modelName || "instance"),
    allocateString(description.instantiationToken),
    allocateResourcePath3(fmu),
    ...[false, true],
    ...[0, createLogCallback3(fmu, options)],
  );
  if (instance === 0) throw new FmuCallError(name, 3);
  limitLogging3(fmu, options, instance);
  return instance;
}

function readCount({ library }: LoadedFmu, instance: number, name: string): number {
  const { address, buffer } = allocate(8);
  checkStatus(name, library.function(name, "int", ["uintptr_t", "uintptr_t"])(instance, address));
  return Number(new BigUint64Array(buffer)[0]);
}

/** Binds fmi3UpdateDiscreteStates (FMI 3.0.2, section 2.3.5); it throws `FmuCallError`. */
export function bindUpdateDiscreteStates(
  { library }: LoadedFmu,
  instance: number,
): () => DiscreteStatesUpdate {
  const name = "fmi3UpdateDiscreteStates";
  const native = library.function(name, "int", [
    // needs update, terminate, nominals changed, states changed, next event time defined, next event time
    ...(["uintptr_t", "uintptr_t", "uintptr_t", "uintptr_t", "uintptr_t", "uintptr_t", "uintptr_t"] as const),
  ]);
  const { address, buffer } = allocate(16);
  const flags = new Uint8Array(buffer, 0, 5);
  const nextEventTime = new Float64Array(buffer, 8, 1);
  const update: DiscreteStatesUpdate = {
    needsUpdate: false,
    terminate: false,
    nominalsChanged: false,
    statesChanged: false,
    nextEventTime: Number.POSITIVE_INFINITY,
  };
  return () => {
    flags.fill(0);
    const [a, b] = [address, address + 8];
    checkStatus(name, native(instance, a, a + 1, a + 2, a + 3, a + 4, b));
    update.needsUpdate = flags[0] !== 0;
    update.terminate = flags[1] !== 0;
    update.nominalsChanged = flags[2] !== 0;
    update.statesChanged = flags[3] !== 0;
    update.nextEventTime = flags[4] === 0 ? Number.POSITIVE_INFINITY : (nextEventTime[0] as number);
    return update;
  };
}

function bindCompletedStep({ library }: LoadedFmu, instance: number): () => CompletedStep {
  const name = "fmi3CompletedIntegratorStep";
  const native = library.function(name, "int", ["uintptr_t", "bool", "uintptr_t", "uintptr_t"]);
  const { address, buffer } = allocate(8);
  const flags = new Uint8Array(buffer);
  const completed: CompletedStep = { enterEventMode: false, terminate: false };
  return () => {
    flags.fill(0);
    checkStatus(name, native(instance, true, address, address + 1));
    completed.enterEventMode = flags[0] !== 0;
    completed.terminate = flags[1] !== 0;
    return completed;
  };
}

function bindDirectional(
  { library, description }: LoadedFmu,
  instance: number,
  structure: StateStructure | undefined,
  count: number,
): DirectionalCall | undefined {
  if (!description.modelExchange?.providesDirectionalDerivatives) return undefined;
  const references = structure?.references;
  if (references === undefined) return undefined;
  const functionName = "fmi3GetDirectionalDerivative";
  const native = library.function(functionName, "int", [
    ...(["uintptr_t", "uintptr_t", "size_t", "uintptr_t", "size_t"] as const),
    ...(["uintptr_t", "size_t", "uintptr_t", "size_t"] as const),
  ]);
  const unknowns = allocateReferences(references.derivatives);
  const knowns = allocateReferences(references.states);
  const [m, n] = [references.derivatives.length, references.states.length];
  return {
    functionName,
    call: (seed, sensitivity) => native(instance, unknowns, m, knowns, n, seed, count, sensitivity, count),
  };
}
