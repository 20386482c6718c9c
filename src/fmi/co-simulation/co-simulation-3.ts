import { NoInstanceError, STATUS_WARNING } from "../fmu-status.ts";
import type {
  CoSimulationInstance,
  EventMode,
  InstanceOptions,
  LoadedFmu,
  StepOutcome,
} from "../instance.ts";
import { allocate, allocateString, registerCallback, viewMemory } from "../library.ts";
import { allocateResourcePath3, bindLifeCycle3, limitLogging3 } from "../life-cycle-3.ts";
import { createLogger } from "../logger.ts";
import { bindUpdateDiscreteStates } from "../model-exchange/model-exchange-3.ts";
import { bindPlainCalls } from "../model-exchange/model-exchange-calls.ts";
import { findNativeImporter } from "../native-importer.ts";

/**
 * Instantiates an FMU of FMI 3.0 for Co-Simulation (FMI 3.0.2, section 4.2), with Event Mode where it has it and with early
 * return; throws `FmuCallError`.
 */
export function instantiateCoSimulation3(fmu: LoadedFmu, options: InstanceOptions): CoSimulationInstance {
  const { library, description } = fmu;
  const { hasEventMode = false, mightReturnEarlyFromDoStep = false } = description.coSimulation ?? {};
  const instantiate = library.function("fmi3InstantiateCoSimulation", "uintptr_t", [
    // name, token, resource path, visible, loggingOn, eventModeUsed, earlyReturnAllowed
    ...(["uintptr_t", "uintptr_t", "uintptr_t", "bool", "bool", "bool", "bool"] as const),
    // required intermediate variables and their number, environment, logMessage, intermediateUpdate
    ...(["uintptr_t", "size_t", "uintptr_t", "uintptr_t", "uintptr_t"] as const),
  ]);
  const instance = instantiate(
    allocateString(description.modelName || "instance"),
    allocateString(description.instantiationToken),
    allocateResourcePath3(fmu),
    ...[false, true, hasEventMode, hasEventMode || mightReturnEarlyFromDoStep],
    ...[0, 0, 0, createLogger(fmu, options), createIntermediateUpdate(fmu)],
  );
  if (instance === 0) throw new NoInstanceError("fmi3InstantiateCoSimulation");
  limitLogging3(fmu, options, instance);
  return {
    access: { library, fmiMajor: 3, instance, description },
    ...bindLifeCycle3(fmu, instance),
    ...bindDoStep(fmu, instance),
    eventMode: hasEventMode ? bindEventMode(fmu, instance) : undefined,
  };
}

/*
 * An FMU that tells of intermediate updates may count on the callback (FMI 3.0.2, section 4.2.2). There is nothing to get or
 * set then, and no reason to end a step early: the importer chooses steps that end where inputs change.
 */
function createIntermediateUpdate({ description }: LoadedFmu): number {
  if (description.coSimulation?.providesIntermediateUpdate !== true) return 0;
  const importer = findNativeImporter();
  if (importer !== undefined) return importer.intermediateUpdate;
  return registerCallback(
    // environment, time, set requested, get allowed, step finished, can return early, return requested, its time
    ["uintptr_t", "double", "bool", "bool", "bool", "bool", "uintptr_t", "uintptr_t"],
    (...values) => {
      const earlyReturnRequested = Number(values[6]);
      if (earlyReturnRequested !== 0) new Uint8Array(viewMemory(earlyReturnRequested, 1))[0] = 0;
    },
  );
}

function bindEventMode(fmu: LoadedFmu, instance: number): EventMode {
  const plain = bindPlainCalls(fmu.library, instance);
  return {
    enterEventMode: plain("fmi3EnterEventMode"),
    updateDiscreteStates: bindUpdateDiscreteStates(fmu, instance),
    enterStepMode: plain("fmi3EnterStepMode"),
  };
}

function bindDoStep(
  { library }: LoadedFmu,
  instance: number,
): Pick<CoSimulationInstance, "doStep" | "native"> {
  const native = library.function("fmi3DoStep", "status", [
    ...(["uintptr_t", "double", "double", "bool"] as const),
    // eventHandlingNeeded, terminateSimulation, earlyReturn, lastSuccessfulTime
    ...(["uintptr_t", "uintptr_t", "uintptr_t", "uintptr_t"] as const),
  ]);
  const flags = allocate(8);
  const last = allocate(8);
  const flagView = new Uint8Array(flags.buffer);
  // All flags at once: a number is set faster than `fill` is called.
  const allFlags = new Float64Array(flags.buffer);
  const [needsEvent, terminate, earlyReturn] = [flags.address, flags.address + 1, flags.address + 2];
  const lastSuccessful = last.address;
  const lastView = new Float64Array(last.buffer);
  const outcome: StepOutcome = { status: 0, reached: Number.NaN, terminated: false, needsEvent: false };
  const conclude = (status: number, time: number, step: number) => {
    outcome.status = status;
    outcome.needsEvent = flagView[0] !== 0;
    outcome.terminated = flagView[1] !== 0;
    const stoppedShort = outcome.terminated || flagView[2] !== 0 || outcome.status > STATUS_WARNING;
    outcome.reached = stoppedShort ? (lastView[0] ?? time) : time + step;
    return outcome;
  };
  const address = library.findAddress("fmi3DoStep");
  return {
    doStep: (time, step) => {
      allFlags[0] = 0;
      lastView[0] = time;
      const status = native(instance, time, step, true, needsEvent, terminate, earlyReturn, lastSuccessful);
      return conclude(status, time, step);
    },
    native:
      address === undefined
        ? undefined
        : { doStep: address, flags: flags.address, lastSuccessfulTime: lastSuccessful, conclude },
  };
}
