import { sep } from "node:path";
import { checkStatus } from "./fmu-status.ts";
import { chooseLogCategories, type InstanceOptions, type LoadedFmu } from "./instance.ts";
import { allocate, allocateString } from "./library.ts";
import type { LifeCycle } from "./life-cycle-2.ts";
import { bindPlainCalls } from "./model-exchange/model-exchange-calls.ts";

/** The address of fmi3's resourcePath: absolute, with a separator at its end; NULL without resources. */
export function allocateResourcePath3({ resourcesPath }: LoadedFmu): number {
  return resourcesPath === undefined ? 0 : allocateString(`${resourcesPath}${sep}`);
}

/** Turns on the log categories that the options ask for (FMI 3.0.2, section 2.3.1). */
export function limitLogging3(fmu: LoadedFmu, options: InstanceOptions, instance: number): void {
  const categories = chooseLogCategories(fmu.description, options.logging);
  if (categories.length === 0) return;
  const shape = ["uintptr_t", "bool", "size_t", "uintptr_t"] as const;
  const setDebugLogging = fmu.library.function("fmi3SetDebugLogging", "status", shape);
  const list = allocate(categories.length * 8);
  new BigUint64Array(list.buffer).set(categories.map((name) => BigInt(allocateString(name))));
  setDebugLogging(instance, true, categories.length, list.address);
}

/** Binds the calls that all interface types share (FMI 3.0.2, section 2.3); they throw `FmuCallError`. */
export function bindLifeCycle3({ library }: LoadedFmu, instance: number): LifeCycle {
  const plain = bindPlainCalls(library, instance);
  const enter = library.function("fmi3EnterInitializationMode", "status", [
    ...(["uintptr_t", "bool", "double", "double", "bool", "double"] as const),
  ]);
  const free = library.function("fmi3FreeInstance", "void", ["uintptr_t"]);
  return {
    enterInitializationMode: (startTime, stopTime, tolerance) => {
      const status = enter(instance, tolerance !== undefined, tolerance ?? 0, startTime, true, stopTime);
      checkStatus("fmi3EnterInitializationMode", status);
    },
    exitInitializationMode: plain("fmi3ExitInitializationMode"),
    terminate: plain("fmi3Terminate"),
    free: () => {
      free(instance);
    },
  };
}
