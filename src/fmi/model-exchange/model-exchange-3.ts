import { readStateStructure } from "../description/state-structure.ts";
import { checkStatus, NoInstanceError } from "../fmu-status.ts";
import type { InstanceOptions, LoadedFmu } from "../instance.ts";
import { allocate, allocateString } from "../library.ts";
import { allocateResourcePath3, bindLifeCycle3, limitLogging3 } from "../life-cycle-3.ts";
import { createLogger } from "../logger.ts";
import { bindContinuousPart } from "./continuous-part.ts";
import {
  bindCompletedStep,
  bindDirectional,
  bindPlainCalls,
  createUpdateReader,
  type DirectionalReferences,
} from "./model-exchange-calls.ts";
import type {
  CompletedStep,
  DiscreteStatesUpdate,
  ModelExchangeInstance,
} from "./model-exchange-instance.ts";

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
  const plain = bindPlainCalls(library, instance);
  return {
    access: { library, fmiMajor: 3, instance, description },
    ...bindLifeCycle3(fmu, instance),
    enterEventMode: plain("fmi3EnterEventMode"),
    enterContinuousTimeMode: plain("fmi3EnterContinuousTimeMode"),
    updateDiscreteStates: bindUpdateDiscreteStates(fmu, instance),
    completedIntegratorStep: bindStep(fmu, instance),
    openContinuousPart: () => {
      const stateCount = readCount(fmu, instance, "fmi3GetNumberOfContinuousStates");
      const indicatorCount = readCount(fmu, instance, "fmi3GetNumberOfEventIndicators");
      const structure = readStateStructure(description, stateCount);
      const directional = bindDirectional(description, structure, (references) =>
        bindDerivative(fmu, instance, references, stateCount),
      );
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
    ...[0, createLogger(fmu, options)],
  );
  if (instance === 0) throw new NoInstanceError(name);
  limitLogging3(fmu, options, instance);
  return instance;
}

function readCount({ library }: LoadedFmu, instance: number, name: string): number {
  const { address, buffer } = allocate(8);
  checkStatus(name, library.function(name, "status", ["uintptr_t", "uintptr_t"])(instance, address));
  return Number(new BigUint64Array(buffer)[0]);
}

/** Binds fmi3UpdateDiscreteStates (FMI 3.0.2, section 2.3.5); it throws `FmuCallError`. */
export function bindUpdateDiscreteStates(
  { library }: LoadedFmu,
  instance: number,
): () => DiscreteStatesUpdate {
  const name = "fmi3UpdateDiscreteStates";
  const native = library.function(name, "status", [
    // needs update, terminate, nominals changed, states changed, next event time defined, next event time
    ...(["uintptr_t", "uintptr_t", "uintptr_t", "uintptr_t", "uintptr_t", "uintptr_t", "uintptr_t"] as const),
  ]);
  const { address, buffer } = allocate(16);
  const flags = new Uint8Array(buffer, 0, 5);
  const nextEventTime = new Float64Array(buffer, 8, 1);
  const readUpdate = createUpdateReader(flags, nextEventTime);
  return () => {
    flags.fill(0);
    const [a, b] = [address, address + 8];
    checkStatus(name, native(instance, a, a + 1, a + 2, a + 3, a + 4, b));
    return readUpdate();
  };
}

function bindStep({ library }: LoadedFmu, instance: number): () => CompletedStep {
  const name = "fmi3CompletedIntegratorStep";
  const native = library.function(name, "status", ["uintptr_t", "bool", "uintptr_t", "uintptr_t"]);
  const { address, buffer } = allocate(8);
  return bindCompletedStep(name, new Uint8Array(buffer), () => native(instance, true, address, address + 1));
}

/* Seed and sensitivity have as many elements as there are states: one state may be an array. */
function bindDerivative(
  { library }: LoadedFmu,
  instance: number,
  { unknowns, m, knowns, n }: DirectionalReferences,
  count: number,
) {
  const functionName = "fmi3GetDirectionalDerivative";
  const native = library.function(functionName, "status", [
    ...(["uintptr_t", "uintptr_t", "size_t", "uintptr_t", "size_t"] as const),
    ...(["uintptr_t", "size_t", "uintptr_t", "size_t"] as const),
  ]);
  return {
    functionName,
    call: (seed: number, sensitivity: number) =>
      native(instance, unknowns, m, knowns, n, seed, count, sensitivity, count),
  };
}
