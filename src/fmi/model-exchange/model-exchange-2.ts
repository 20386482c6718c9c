import { readStateStructure } from "../description/state-structure.ts";
import { checkStatus } from "../fmu-status.ts";
import type { InstanceOptions, LoadedFmu } from "../instance.ts";
import { allocate } from "../library.ts";
import { bindLifeCycle2, instantiate2, MODEL_EXCHANGE } from "../life-cycle-2.ts";
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
  setTime: "fmi2SetTime",
  setStates: "fmi2SetContinuousStates",
  getStates: "fmi2GetContinuousStates",
  getDerivatives: "fmi2GetDerivatives",
  getIndicators: "fmi2GetEventIndicators",
  getNominals: "fmi2GetNominalsOfContinuousStates",
};

/** Instantiates an FMU of FMI 2.0 for Model Exchange (FMI 2.0.5, section 3.2); throws `FmuCallError`. */
export function instantiateModelExchange2(fmu: LoadedFmu, options: InstanceOptions): ModelExchangeInstance {
  const { library, description } = fmu;
  const instance = instantiate2(fmu, options, MODEL_EXCHANGE);
  const plain = bindPlainCalls(library, instance);
  const stateCount = description.structure?.derivatives.length ?? 0;
  const indicatorCount = description.numberOfEventIndicators ?? 0;
  return {
    access: { library, fmiMajor: 2, instance, description },
    ...bindLifeCycle2(fmu, instance),
    enterEventMode: plain("fmi2EnterEventMode"),
    enterContinuousTimeMode: plain("fmi2EnterContinuousTimeMode"),
    updateDiscreteStates: bindNewDiscreteStates(fmu, instance),
    completedIntegratorStep: bindStep(fmu, instance),
    openContinuousPart: () => {
      const structure = readStateStructure(description, stateCount);
      const directional = bindDirectional(description, structure, (references) =>
        bindDerivative(fmu, instance, references),
      );
      const shape = { stateCount, indicatorCount, structure, directional };
      return bindContinuousPart(library, instance, NAMES, shape);
    },
  };
}

/** fmi2EventInfo: five fmi2Boolean, then at offset 24 the next event time. */
function bindNewDiscreteStates({ library }: LoadedFmu, instance: number): () => DiscreteStatesUpdate {
  const name = "fmi2NewDiscreteStates";
  const native = library.function(name, "status", ["uintptr_t", "uintptr_t"]);
  const { address, buffer } = allocate(32);
  const flags = new Int32Array(buffer, 0, 5);
  const nextEventTime = new Float64Array(buffer, 24, 1);
  const readUpdate = createUpdateReader(flags, nextEventTime);
  return () => {
    flags.fill(0);
    checkStatus(name, native(instance, address));
    return readUpdate();
  };
}

function bindStep({ library }: LoadedFmu, instance: number): () => CompletedStep {
  const name = "fmi2CompletedIntegratorStep";
  const native = library.function(name, "status", ["uintptr_t", "int", "uintptr_t", "uintptr_t"]);
  const { address, buffer } = allocate(8);
  return bindCompletedStep(name, new Int32Array(buffer), () => native(instance, 1, address, address + 4));
}

function bindDerivative({ library }: LoadedFmu, instance: number, references: DirectionalReferences) {
  const { unknowns, m, knowns, n } = references;
  const functionName = "fmi2GetDirectionalDerivative";
  const native = library.function(functionName, "status", [
    ...(["uintptr_t", "uintptr_t", "size_t", "uintptr_t", "size_t", "uintptr_t", "uintptr_t"] as const),
  ]);
  return {
    functionName,
    call: (seed: number, sensitivity: number) => native(instance, unknowns, m, knowns, n, seed, sensitivity),
  };
}
