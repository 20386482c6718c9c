import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkStatus, NoInstanceError } from "./fmu-status.ts";
import { chooseLogCategories, type InstanceOptions, type LoadedFmu } from "./instance.ts";
import { allocate, allocateString, loadLibrary } from "./library.ts";
import { createLogger } from "./logger.ts";
import { bindPlainCalls } from "./model-exchange/model-exchange-calls.ts";

/** fmi2Type. */
export const MODEL_EXCHANGE = 0;
export const CO_SIMULATION = 1;

/** What both interface types begin and end with. */
export interface LifeCycle {
  enterInitializationMode(startTime: number, stopTime: number, tolerance: number | undefined): void;
  exitInitializationMode(): void;
  terminate(): void;
  free(): void;
}

/** Instantiates an FMU of FMI 2.0 as an fmi2Type (FMI 2.0.5, section 2.1.5); throws `FmuCallError`. */
export function instantiate2(fmu: LoadedFmu, options: InstanceOptions, fmuType: 0 | 1): number {
  const { library, description } = fmu;
  const instantiate = library.function("fmi2Instantiate", "uintptr_t", [
    ...(["uintptr_t", "int", "uintptr_t", "uintptr_t", "uintptr_t", "int", "int"] as const),
  ]);
  const resources = fmu.resourcesPath ?? join(fmu.folder, "resources");
  const instance = instantiate(
    allocateString(description.modelName || "instance"),
    fmuType,
    allocateString(description.instantiationToken),
    allocateString(pathToFileURL(resources).href),
    createCallbacks(fmu, options),
    0,
    1,
  );
  if (instance === 0) throw new NoInstanceError("fmi2Instantiate");
  limitLogging(fmu, options, instance);
  return instance;
}

/** fmi2CallbackFunctions: logger, allocateMemory, freeMemory, stepFinished, componentEnvironment. */
function createCallbacks(fmu: LoadedFmu, options: InstanceOptions): number {
  const block = allocate(5 * 8);
  new BigUint64Array(block.buffer).set(createHostFunctions(fmu, options).map(BigInt));
  return block.address;
}

/** The addresses of the functions that FMI 1.0 and 2.0 want of the importer: logger, allocateMemory, freeMemory. */
export function createHostFunctions(fmu: LoadedFmu, options: InstanceOptions): number[] {
  const host = loadLibrary(null);
  return [createLogger(fmu, options), host.findAddress("calloc") ?? 0, host.findAddress("free") ?? 0];
}

function limitLogging(fmu: LoadedFmu, options: InstanceOptions, instance: number): void {
  const categories = chooseLogCategories(fmu.description, options.logging);
  if (categories.length === 0) return;
  const shape = ["uintptr_t", "int", "size_t", "uintptr_t"] as const;
  const setDebugLogging = fmu.library.function("fmi2SetDebugLogging", "status", shape);
  const list = allocate(categories.length * 8);
  new BigUint64Array(list.buffer).set(categories.map((name) => BigInt(allocateString(name))));
  setDebugLogging(instance, 1, categories.length, list.address);
}

/** Binds the calls that both interface types share (FMI 2.0.5, section 2.1.6); they throw `FmuCallError`. */
export function bindLifeCycle2({ library }: LoadedFmu, instance: number): LifeCycle {
  const setup = library.function("fmi2SetupExperiment", "status", [
    ...(["uintptr_t", "int", "double", "double", "int", "double"] as const),
  ]);
  const plain = bindPlainCalls(library, instance);
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
    terminate: plain("fmi2Terminate"),
    free: () => {
      free(instance);
    },
  };
}
