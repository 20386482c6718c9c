import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadLibrary, type NativeFunction } from "./library.ts";

/** The engine's part in C, src/fmi/native/importer.c: addresses to give to FMUs, and functions to call. */
export interface NativeImporter {
  /** Of an fmi2CallbackLogger. */
  logFormatted: number;
  /** Of an fmi3LogMessageCallback. */
  logMessage: number;
  /** Of an fmi3IntermediateUpdateCallback. */
  intermediateUpdate: number;
  /** Takes the address of `void (int status, const char *category, const char *text)`, to be called on this thread. */
  setLog: NativeFunction;
  /** Address of the steps, recording, the first step's number, how many: how many were done. */
  takeSteps: NativeFunction;
  /** Address of the points, time, states, derivatives: the last status. */
  getDerivatives: NativeFunction;
  /** Addresses of points and outputs, recording, times, states, the first grid point's number, how many: the last status. */
  recordPoints: NativeFunction;
}

const SUFFIXES: Readonly<Record<string, string>> = { linux: ".so", darwin: ".dylib", win32: ".dll" };
// Beside this file, or, once bundled, beside the folder of shared chunks.
const FOLDERS = ["./native/", "../native/"];

let found: { importer: NativeImporter | undefined } | undefined;

/** Loads it, once; undefined where there is none for this platform, or it does not load: the engine works without it. */
export function findNativeImporter(): NativeImporter | undefined {
  found ??= { importer: load() };
  return found.importer;
}

function load(): NativeImporter | undefined {
  const name = `${process.platform}-${process.arch}${SUFFIXES[process.platform] ?? ""}`;
  const paths = FOLDERS.map((folder) => fileURLToPath(new URL(`${folder}${name}`, import.meta.url)));
  const path = paths.find((each) => existsSync(each));
  if (path === undefined) return undefined;
  try {
    const library = loadLibrary(path);
    const address = (symbol: string) => library.findAddress(symbol) ?? 0;
    return {
      logFormatted: address("importer_log_formatted"),
      logMessage: address("importer_log_message"),
      intermediateUpdate: address("importer_intermediate_update"),
      setLog: library.function("importer_set_log", "void", ["uintptr_t"]),
      getDerivatives: library.function("importer_get_derivatives", "status", [
        ...(["uintptr_t", "double", "double *", "double *"] as const),
      ]),
      recordPoints: library.function("importer_record_points", "status", [
        ...(["uintptr_t", "uintptr_t", "double *", "double *", "double *", "uint64_t", "uint64_t"] as const),
      ]),
      takeSteps: library.function("importer_take_steps", "uint64_t", [
        ...(["uintptr_t", "double *", "uint64_t", "uint64_t"] as const),
      ]),
    };
  } catch {
    // Another C library than the one it was built for, say.
    return undefined;
  }
}
