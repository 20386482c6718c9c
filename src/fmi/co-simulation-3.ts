import { sep } from "node:path";
import { checkStatus, FmuCallError, STATUS_WARNING, statusWord } from "./fmu-status.ts";
import {
  type CoSimulationInstance,
  chooseLogCategories,
  type InstanceOptions,
  type LoadedFmu,
  type StepOutcome,
} from "./instance.ts";
import { allocate, allocateString, readString, registerCallback } from "./library.ts";
import { createReferenceNamer } from "./log-format.ts";

/**
 * Instantiates an FMU of FMI 3.0 for Co-Simulation without event mode and early return (FMI 3.0, section 4.2); throws
 * `FmuCallError`.
 */
export function instantiateCoSimulation3(fmu: LoadedFmu, options: InstanceOptions): CoSimulationInstance {
  const { library, description } = fmu;
  const nameReferences = createReferenceNamer(description);
  const logMessage = registerCallback(
    ["uintptr_t", "int", "uintptr_t", "uintptr_t"],
    (_, status, category, text) => {
      options.log({
        status: statusWord(Number(status)),
        category: readString(Number(category)),
        text: nameReferences(readString(Number(text))),
      });
    },
  );
  const instantiate = library.function("fmi3InstantiateCoSimulation", "uintptr_t", [
    // name, token, resource path, visible, loggingOn, eventModeUsed, earlyReturnAllowed
    ...(["uintptr_t", "uintptr_t", "uintptr_t", "bool", "bool", "bool", "bool"] as const),
    // required intermediate variables and their number, environment, logMessage, intermediateUpdate
    ...(["uintptr_t", "size_t", "uintptr_t", "uintptr_t", "uintptr_t"] as const),
  ]);
  const { resourcesPath } = fmu;
  const instance = instantiate(
    allocateString(description.modelName || "instance"),
    allocateString(description.instantiationToken),
    // An absolute path with a separator at its end; NULL without resources.
    resourcesPath === undefined ? 0 : allocateString(`${resourcesPath}${sep}`),
    ...[false, true, false, false],
    ...[0, 0, 0, logMessage, 0],
  );
  if (instance === 0) throw new FmuCallError("fmi3InstantiateCoSimulation", 3);
  limitLogging(fmu, options, instance);
  return { access: { library, fmiMajor: 3, instance, description }, ...bindCalls(fmu, instance) };
}

function limitLogging(fmu: LoadedFmu, options: InstanceOptions, instance: number): void {
  const categories = chooseLogCategories(fmu.description, options.logging);
  if (categories.length === 0) return;
  const setDebugLogging = fmu.library.function("fmi3SetDebugLogging", "int", [
    "uintptr_t",
    "bool",
    "size_t",
    "uintptr_t",
  ]);
  const list = allocate(categories.length * 8);
  new BigUint64Array(list.buffer).set(categories.map((name) => BigInt(allocateString(name))));
  setDebugLogging(instance, true, categories.length, list.address);
}

function bindCalls(fmu: LoadedFmu, instance: number): Omit<CoSimulationInstance, "access"> {
  const { library } = fmu;
  const plain = (name: string) => {
    const native = library.function(name, "int", ["uintptr_t"]);
    return () => checkStatus(name, native(instance));
  };
  const enter = library.function("fmi3EnterInitializationMode", "int", [
    ...(["uintptr_t", "bool", "double", "double", "bool", "double"] as const),
  ]);
  const free = library.function("fmi3FreeInstance", "void", ["uintptr_t"]);
  return {
    enterInitializationMode: (startTime, stopTime, tolerance) => {
      const status = enter(instance, tolerance !== undefined, tolerance ?? 0, startTime, true, stopTime);
      checkStatus("fmi3EnterInitializationMode", status);
    },
    exitInitializationMode: plain("fmi3ExitInitializationMode"),
    doStep: bindDoStep(fmu, instance),
    terminate: plain("fmi3Terminate"),
    free: () => {
      free(instance);
    },
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
  const lastView = new Float64Array(last.buffer);
  const outcome: StepOutcome = { status: 0, reached: Number.NaN, terminated: false };
  return (time, step) => {
    flagView.fill(0);
    lastView[0] = time;
    const { address } = flags;
    outcome.status = native(instance, time, step, true, address, address + 1, address + 2, last.address);
    outcome.terminated = flagView[1] !== 0;
    const stoppedShort = outcome.terminated || flagView[2] !== 0 || outcome.status > STATUS_WARNING;
    outcome.reached = stoppedShort ? (lastView[0] ?? time) : time + step;
    return outcome;
  };
}
