import type { StateStructure } from "../description/state-structure.ts";
import { checkStatus, NoInstanceError } from "../fmu-status.ts";
import type { InstanceOptions, LoadedFmu } from "../instance.ts";
import { allocate, allocateString } from "../library.ts";
import { createHostFunctions, type LifeCycle } from "../life-cycle-2.ts";
import { bindContinuousPart } from "./continuous-part.ts";
import { createUpdate } from "./model-exchange-calls.ts";
import type { CompletedStep, ModelExchangeInstance } from "./model-exchange-instance.ts";

/**
 * Instantiates an FMU of FMI 1.0 for Model Exchange (FMI for Model Exchange 1.0, section 2), with the modes of later
 * versions: it has no calls for them, and its initialization comes with the first update of the discrete states. Throws
 * `FmuCallError`.
 */
export function instantiateModelExchange1(fmu: LoadedFmu, options: InstanceOptions): ModelExchangeInstance {
  const { library, description } = fmu;
  const prefix = `${description.modelExchange?.modelIdentifier ?? ""}_`;
  const instance = instantiate(fmu, options, prefix);
  const events = bindEvents(fmu, instance, prefix);
  return {
    access: { library, fmiMajor: 1, prefix, instance, description },
    ...bindLifeCycle(fmu, instance, prefix, events.initialize),
    updateDiscreteStates: events.update,
    enterEventMode: () => {},
    enterContinuousTimeMode: () => {},
    completedIntegratorStep: bindCompletedStep(fmu, instance, prefix),
    openContinuousPart: () => {
      const stateCount = description.numberOfContinuousStates ?? 0;
      const indicatorCount = description.numberOfEventIndicators ?? 0;
      const structure = readNames(fmu, instance, prefix, stateCount);
      const shape = { stateCount, indicatorCount, structure, directional: undefined };
      return bindContinuousPart(library, instance, namesOf(prefix), shape);
    },
  };
}

function namesOf(prefix: string) {
  return {
    setTime: `${prefix}fmiSetTime`,
    setStates: `${prefix}fmiSetContinuousStates`,
    getStates: `${prefix}fmiGetContinuousStates`,
    getDerivatives: `${prefix}fmiGetDerivatives`,
    getIndicators: `${prefix}fmiGetEventIndicators`,
    getNominals: `${prefix}fmiGetNominalContinuousStates`,
  };
}

function instantiate(fmu: LoadedFmu, options: InstanceOptions, prefix: string): number {
  const { library, description } = fmu;
  const name = `${prefix}fmiInstantiateModel`;
  // name, GUID, fmiCallbackFunctions by value (three of the four pointers), loggingOn; an fmiBoolean is a char.
  const shape = ["uintptr_t", "uintptr_t", "FourPointers", "int8_t"] as const;
  const native = library.function(name, "uintptr_t", shape);
  const [logger = 0, allocateMemory = 0, freeMemory = 0] = createHostFunctions(fmu, options);
  const instance = native(
    allocateString(description.modelName || "instance"),
    allocateString(description.instantiationToken),
    { a: logger, b: allocateMemory, c: freeMemory, d: 0 },
    1,
  );
  if (instance === 0) throw new NoInstanceError(name);
  return instance;
}

function bindLifeCycle(
  { library }: LoadedFmu,
  instance: number,
  prefix: string,
  initialize: (tolerance: number | undefined) => void,
): LifeCycle {
  const setTime = library.function(`${prefix}fmiSetTime`, "status", ["uintptr_t", "double"]);
  const terminate = library.function(`${prefix}fmiTerminate`, "status", ["uintptr_t"]);
  const free = library.function(`${prefix}fmiFreeModelInstance`, "void", ["uintptr_t"]);
  let relativeTolerance: number | undefined;
  return {
    enterInitializationMode: (startTime, _, tolerance) => {
      relativeTolerance = tolerance;
      checkStatus(`${prefix}fmiSetTime`, setTime(instance, startTime));
    },
    exitInitializationMode: () => initialize(relativeTolerance),
    terminate: () => checkStatus(`${prefix}fmiTerminate`, terminate(instance)),
    free: () => {
      free(instance);
    },
  };
}

/** fmiEventInfo: five fmiBoolean of one byte, then at offset 8 the next event time. */
function bindEvents({ library }: LoadedFmu, instance: number, prefix: string) {
  const [initializeName, updateName] = [`${prefix}fmiInitialize`, `${prefix}fmiEventUpdate`];
  const initialize = library.function(initializeName, "status", [
    "uintptr_t",
    "int8_t",
    "double",
    "uintptr_t",
  ]);
  const eventUpdate = library.function(updateName, "status", ["uintptr_t", "int8_t", "uintptr_t"]);
  const { address, buffer } = allocate(16);
  const flags = new Uint8Array(buffer, 0, 5);
  const nextEventTime = new Float64Array(buffer, 8, 1);
  const update = createUpdate();
  let isInitialized = false;
  return {
    initialize: (tolerance: number | undefined) => {
      const isGiven = tolerance === undefined ? 0 : 1;
      checkStatus(initializeName, initialize(instance, isGiven, tolerance ?? 0, address));
    },
    update: () => {
      // What Initialize filled in stands for the first update.
      if (isInitialized) {
        flags.fill(0);
        checkStatus(updateName, eventUpdate(instance, 0, address));
      }
      isInitialized = true;
      update.needsUpdate = flags[0] === 0;
      update.nominalsChanged = flags[1] !== 0;
      update.statesChanged = flags[2] !== 0;
      update.terminate = flags[3] !== 0;
      update.nextEventTime = flags[4] === 0 ? Number.POSITIVE_INFINITY : (nextEventTime[0] as number);
      return update;
    },
  };
}

function bindCompletedStep({ library }: LoadedFmu, instance: number, prefix: string): () => CompletedStep {
  const name = `${prefix}fmiCompletedIntegratorStep`;
  const native = library.function(name, "status", ["uintptr_t", "uintptr_t"]);
  const { address, buffer } = allocate(1);
  const flags = new Uint8Array(buffer);
  const completed: CompletedStep = { enterEventMode: false, terminate: false };
  return () => {
    flags[0] = 0;
    checkStatus(name, native(instance, address));
    completed.enterEventMode = flags[0] !== 0;
    return completed;
  };
}

/** Names of the states by their value references; one that no variable has stays a number. */
function readNames(
  { library, description }: LoadedFmu,
  instance: number,
  prefix: string,
  count: number,
): StateStructure {
  const name = `${prefix}fmiGetStateValueReferences`;
  const { address, buffer } = allocate(count * 4);
  if (count > 0) {
    const native = library.function(name, "status", ["uintptr_t", "uintptr_t", "size_t"]);
    checkStatus(name, native(instance, address, count));
  }
  const nameOf = new Map<number, string>();
  for (const { type, valueReference, name } of description.variables) {
    if (type === "Float64" && !nameOf.has(valueReference)) nameOf.set(valueReference, name);
  }
  const references = [...new Uint32Array(buffer, 0, count)];
  return {
    names: references.map((reference, index) => nameOf.get(reference) ?? `continuous state ${index + 1}`),
    sparsity: undefined,
    references: undefined,
  };
}
