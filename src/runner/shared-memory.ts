import { closeSync, ftruncateSync, openSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { loadLibrary, viewMemory } from "../fmi/library.ts";

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

/** Memory that ends up in a file. */
export interface FileMemory {
  memory: ArrayBuffer;
  /** Writes what the system does not write by itself. */
  save(): Promise<void>;
}

/**
 * Zeroed memory mapped onto a new file, so that it can be read when this process has been killed. On Windows plain memory,
 * which `save` writes.
 */
export function createFileMemory(platform: string, path: string, bytes: number): FileMemory {
  if (platform === "win32") {
    const memory = new ArrayBuffer(bytes);
    return { memory, save: () => writeFile(path, new Uint8Array(memory)) };
  }
  const file = openSync(path, "wx+", 0o600);
  try {
    ftruncateSync(file, bytes);
    const mmap = loadLibrary(null).function("mmap", "uintptr_t", [
      ...(["uintptr_t", "size_t", "int", "int", "int", "int64_t"] as const),
    ]);
    const address = mmap(0, bytes, PROT_READ_WRITE, MAP_SHARED, file, 0);
    // MAP_FAILED is -1: an address no user space has.
    if (address >= Number.MAX_SAFE_INTEGER) throw new Error(`cannot map ${bytes} bytes`);
    return { memory: viewMemory(address, bytes), save: async () => {} };
  } finally {
    closeSync(file);
  }
}
