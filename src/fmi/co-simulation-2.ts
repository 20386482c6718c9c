import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkStatus, FmuCallError, STATUS_DISCARD, STATUS_WARNING, statusWord } from "./fmu-status.ts";
import {
  type CoSimulationInstance,
  chooseLogCategories,
  type InstanceOptions,
  type LoadedFmu,
  type StepOutcome,
} from "./instance.ts";
import { allocate, allocateString, loadLibrary, readString, registerCallback } from "./library.ts";
import { createReferenceNamer, createVariadicLogFormat } from "./log-format.ts";

const CO_SIMULATION = 1;
const LAST_SUCCESSFUL_TIME = 2;
const TERMINATED = 3;

/** Instantiates an FMU of FMI 2.0 for Co-Simulation (FMI 2.0.5, section 4.2); throws `FmuCallError`. */
export function instantiateCoSimulation2(fmu: LoadedFmu, options: InstanceOptions): CoSimulationInstance {
  const { library, description } = fmu;
  const instantiate = library.function("fmi2Instantiate", "uintptr_t", [
    ...(["uintptr_t", "int", "uintptr_t", "uintptr_t", "uintptr_t", "int", "int"] as const),
  ]);
  const resources = fmu.resourcesPath ?? join(process.cwd(), "resources");
  const instance = instantiate(
    allocateString(description.modelName || "instance"),
    CO_SIMULATION,
    allocateString(description.instantiationToken),
    allocateString(pathToFileURL(resources).href),
    createCallbacks(fmu, options),
    0,
    1,
  );
  if (instance === 0) throw new FmuCallError("fmi2Instantiate", 3);
  limitLogging(fmu, options, instance);
  return { access: { library, fmiMajor: 2, instance, description }, ...bindCalls(fmu, instance) };
}

/** fmi2CallbackFunctions: logger, allocateMemory, freeMemory, stepFinished, componentEnvironment. */
function createCallbacks(fmu: LoadedFmu, options: InstanceOptions): number {
  const nameReferences = createReferenceNamer(fmu.description);
  const variadic = createVariadicLogFormat(process.platform, process.arch);
  const logger = registerCallback(variadic.parameters, (...values) => {
    options.log({
      status: statusWord(Number(values[2])),
      category: readString(Number(values[3])),
      text: nameReferences(variadic.format(values)),
    });
  });
  const host = loadLibrary(null);
  const block = allocate(5 * 8);
  const pointers = new BigUint64Array(block.buffer);
  pointers[0] = BigInt(logger);
  pointers[1] = BigInt(host.findAddress("calloc") ?? 0);
  pointers[2] = BigInt(host.findAddress("free") ?? 0);
  return block.address;
}

function limitLogging(fmu: LoadedFmu, options: InstanceOptions, instance: number): void {
  const categories = chooseLogCategories(fmu.description, options.logging);
  if (categories.length === 0) return;
  const setDebugLogging = fmu.library.function("fmi2SetDebugLogging", "int", [
    "uintptr_t",
    "int",
    "size_t",
    "uintptr_t",
  ]);
  const list = allocate(categories.length * 8);
  new BigUint64Array(list.buffer).set(categories.map((name) => BigInt(allocateString(name))));
  setDebugLogging(instance, 1, categories.length, list.address);
}

function bindCalls(fmu: LoadedFmu, instance: number): Omit<CoSimulationInstance, "access"> {
  const { library } = fmu;
  const plain = (name: string) => {
    const native = library.function(name, "int", ["uintptr_t"]);
    return () => checkStatus(name, native(instance));
  };
  const setup = library.function("fmi2SetupExperiment", "int", [
    ...(["uintptr_t", "int", "double", "double", "int", "double"] as const),
  ]);
  const enter = plain("fmi2EnterInitializationMode");
  const free = library.function("fmi2FreeInstance", "void", ["uintptr_t"]);
  return {
    enterInitializationMode: (startTime, stopTime, tolerance) => {
      const hasTolerance = tolerance === undefined ? 0 : 1;
      const status = setup(instance, hasTolerance, tolerance ?? 0, startTime, 1, stopTime);
      checkStatus("fmi2SetupExperiment", status);
      enter();
    },
    exitInitializationMode: plain("fmi2ExitInitializationMode"),
    doStep: bindDoStep(fmu, instance),
    terminate: plain("fmi2Terminate"),
    free: () => {
      free(instance);
    },
  };
}

function bindDoStep(fmu: LoadedFmu, instance: number): (time: number, step: number) => StepOutcome {
  const { library } = fmu;
  const native = library.function("fmi2DoStep", "int", ["uintptr_t", "double", "double", "int"]);
  const outcome: StepOutcome = { status: 0, reached: Number.NaN, terminated: false };
  const value = allocate(8);
  const query = (name: string, kind: number): boolean => {
    const native = library.function(name, "int", ["uintptr_t", "int", "uintptr_t"]);
    return native(instance, kind, value.address) === 0;
  };
  return (time, step) => {
    outcome.status = native(instance, time, step, 1);
    if (outcome.status <= STATUS_WARNING) {
      outcome.reached = time + step;
      return outcome;
    }
    outcome.reached = time;
    if (outcome.status !== STATUS_DISCARD) return outcome;
    // Discard: the FMU says how far it came, and whether it wants to end there (FMI 2.0.5, section 4.2.3).
    if (query("fmi2GetRealStatus", LAST_SUCCESSFUL_TIME)) {
      outcome.reached = new Float64Array(value.buffer)[0] ?? time;
    }
    new Int32Array(value.buffer)[0] = 0;
    outcome.terminated = query("fmi2GetBooleanStatus", TERMINATED) && new Int32Array(value.buffer)[0] !== 0;
    return outcome;
  };
}
