import { checkStatus, FmuCallError, STATUS_WARNING } from "./fmu-status.ts";
import type { CoSimulationInstance, EventMode, InstanceOptions, LoadedFmu, StepOutcome } from "./instance.ts";
import { allocate, allocateString } from "./library.ts";
import { allocateResourcePath3, bindLifeCycle3, createLogCallback3, limitLogging3 } from "./life-cycle-3.ts";
import { bindUpdateDiscreteStates } from "./model-exchange-3.ts";

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
    ...[0, 0, 0, createLogCallback3(fmu, options), 0],
  );
  if (instance === 0) throw new FmuCallError("fmi3InstantiateCoSimulation", 3);
  limitLogging3(fmu, options, instance);
  return {
    access: { library, fmiMajor: 3, instance, description },
    ...bindLifeCycle3(fmu, instance),
    doStep: bindDoStep(fmu, instance),
    eventMode: hasEventMode ? bindEventMode(fmu, instance) : undefined,
  };
}

function bindEventMode(fmu: LoadedFmu, instance: number): EventMode {
  const plain = (name: string) => {
    const native = fmu.library.function(name, "int", ["uintptr_t"]);
    return () => checkStatus(name, native(instance));
  };
  return {
    enterEventMode: plain("fmi3EnterEventMode"),
    updateDiscreteStates: bindUpdateDiscreteStates(fmu, instance),
    enterStepMode: plain("fmi3EnterStepMode"),
  };
}

function bindDoStep(fmu: LoadedFmu, instance: number): (time: number, step: number) => StepOutcome {
  const native = fmu.library.function("fmi3DoStep", "int", [
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
  return (time, step) => {
    allFlags[0] = 0;
    lastView[0] = time;
    outcome.status = native(instance, time, step, true, needsEvent, terminate, earlyReturn, lastSuccessful);
    outcome.needsEvent = flagView[0] !== 0;
    outcome.terminated = flagView[1] !== 0;
    const stoppedShort = outcome.terminated || flagView[2] !== 0 || outcome.status > STATUS_WARNING;
    outcome.reached = stoppedShort ? (lastView[0] ?? time) : time + step;
    return outcome;
  };
}
