import { pathToFileURL } from "node:url";
import {
  checkStatus,
  NoInstanceError,
  STATUS_DISCARD,
  STATUS_PENDING,
  STATUS_WARNING,
} from "../fmu-status.ts";
import type { CoSimulationInstance, InstanceOptions, LoadedFmu, StepOutcome } from "../instance.ts";
import { allocate, allocateString } from "../library.ts";
import { createHostFunctions } from "../life-cycle-2.ts";
import { bindInputDerivatives } from "./input-derivatives.ts";
import { createBlockingSleep } from "./pending-step.ts";

const MIME_TYPE = "application/x-fmu-sharedlibrary";
const DO_STEP_STATUS = 0;
const LAST_SUCCESSFUL_TIME = 2;

/** Instantiates an FMU of FMI 1.0 for Co-Simulation stand-alone (FMI for Co-Simulation 1.0, section 4); throws `FmuCallError`. */
export function instantiateCoSimulation1(fmu: LoadedFmu, options: InstanceOptions): CoSimulationInstance {
  const { library, description } = fmu;
  const prefix = `${description.coSimulation?.modelIdentifier}_`;
  const name = `${prefix}fmiInstantiateSlave`;
  const instantiate = library.function(name, "uintptr_t", [
    // name, GUID, location of the FMU, MIME type, time-out in ms, visible, interactive, callbacks, loggingOn
    ...(["uintptr_t", "uintptr_t", "uintptr_t", "uintptr_t", "double"] as const),
    ...(["int8_t", "int8_t", "FourPointers", "int8_t"] as const),
  ]);
  const instance = instantiate(
    allocateString(description.modelName || "instance"),
    allocateString(description.instantiationToken),
    allocateString(pathToFileURL(fmu.folder).href),
    allocateString(MIME_TYPE),
    ...[0, 0, 0],
    createCallbacks(fmu, options),
    1,
  );
  if (instance === 0) throw new NoInstanceError(name);
  const interpolates = description.coSimulation?.canInterpolateInputs ?? false;
  return {
    access: { library, fmiMajor: 1, prefix, instance, description },
    ...bindLifeCycle(fmu, prefix, instance),
    doStep: bindDoStep(fmu, prefix, instance),
    setInputDerivatives: interpolates
      ? bindInputDerivatives(library, `${prefix}fmiSetRealInputDerivatives`, instance)
      : undefined,
  };
}

/** fmiCallbackFunctions: logger, allocateMemory, freeMemory, stepFinished; by value, and so kept by the FMU itself. */
function createCallbacks(fmu: LoadedFmu, options: InstanceOptions) {
  const [a = 0, b = 0, c = 0] = createHostFunctions(fmu, options);
  return { a, b, c, d: 0 };
}

/** Initialization is one call in FMI 1.0, which knows no tolerance. */
function bindLifeCycle({ library }: LoadedFmu, prefix: string, instance: number) {
  const initializeName = `${prefix}fmiInitializeSlave`;
  const initialize = library.function(initializeName, "status", ["uintptr_t", "double", "int8_t", "double"]);
  const terminateName = `${prefix}fmiTerminateSlave`;
  const terminate = library.function(terminateName, "status", ["uintptr_t"]);
  const free = library.function(`${prefix}fmiFreeSlaveInstance`, "void", ["uintptr_t"]);
  return {
    enterInitializationMode: (startTime: number, stopTime: number) => {
      checkStatus(initializeName, initialize(instance, startTime, 1, stopTime));
    },
    exitInitializationMode: () => {},
    terminate: () => checkStatus(terminateName, terminate(instance)),
    free: () => {
      free(instance);
    },
  };
}

function bindDoStep({ library }: LoadedFmu, prefix: string, instance: number) {
  const native = library.function(`${prefix}fmiDoStep`, "status", [
    "uintptr_t",
    "double",
    "double",
    "int8_t",
  ]);
  const outcome: StepOutcome = { status: 0, reached: Number.NaN, terminated: false, needsEvent: false };
  const value = allocate(8);
  const real = new Float64Array(value.buffer);
  const integer = new Int32Array(value.buffer);
  const query = (name: string, kind: number): boolean => {
    const native = library.function(`${prefix}${name}`, "status", ["uintptr_t", "int", "uintptr_t"]);
    return native(instance, kind, value.address) === 0;
  };
  const waitForStep = (): number => {
    const sleep = createBlockingSleep();
    do sleep();
    while (query("fmiGetStatus", DO_STEP_STATUS) && integer[0] === STATUS_PENDING);
    return integer[0] ?? STATUS_PENDING;
  };
  return (time: number, step: number): StepOutcome => {
    outcome.status = native(instance, time, step, 1);
    if (outcome.status === STATUS_PENDING) outcome.status = waitForStep();
    outcome.reached = outcome.status <= STATUS_WARNING ? time + step : time;
    const isDiscarded = outcome.status === STATUS_DISCARD;
    if (isDiscarded && query("fmiGetRealStatus", LAST_SUCCESSFUL_TIME)) outcome.reached = real[0] ?? time;
    return outcome;
  };
}
