import { existsSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import koffi from "koffi";
import { ToolError, toError } from "../errors.ts";

/** A C function whose pointers are JavaScript numbers (user-space addresses lie below 2^53); strings never cross it. */
export type NativeFunction = (...values: readonly (NativeScalar | FourPointers | Float64Array)[]) => number;
/** What crosses the border by value; a bool is 0 or 1, and every pointer an address. */
export type NativeScalar = number | bigint | boolean;

/** A struct of four pointers, passed by value. */
export type FourPointers = Readonly<Record<"a" | "b" | "c" | "d", number>>;

/** The C types that {@link NativeLibrary} takes; pointers are `uintptr_t`. */
export type NativeType =
  | "void"
  | "int"
  /** fmi2Status and its like. Unsigned, so that a status below ok, which the standard does not know, counts as fatal. */
  | "status"
  | "int8_t"
  | "bool"
  | "double"
  | "uintptr_t"
  | "size_t"
  | "int64_t"
  | "uint64_t"
  | "FourPointers"
  /** A Float64Array, whose memory C sees for the time of the call. */
  | "double *";

/** A loaded shared library, held until the process ends. */
export interface NativeLibrary {
  /** Throws `invalid_fmu` where the library does not export the function. */
  function(name: string, result: NativeType, parameters: readonly NativeType[]): NativeFunction;
  /** Address of an exported symbol, or undefined. */
  findAddress(name: string): number | undefined;
}

/** Memory outside the garbage collector, zeroed, held until the process ends. */
export interface NativeBlock {
  address: number;
  buffer: ArrayBuffer;
}

const STACK_BYTES = 16 * 1024 * 1024;

/* koffi unloads a library, and frees a callback, once nothing refers to it: a process simulates once, so nothing goes. */
const held: unknown[] = [];
let configured = false;

/**
 * Loads a shared library, with deep binding (Node exports zlib and OpenSSL, which would shadow the library's own) and a
 * 16 MiB stack for its functions; null means this process. The loader looks into `searchFolder`, where there is one. Throws
 * `invalid_fmu` with the loader's reason.
 */
export function loadLibrary(path: string | null, searchFolder?: string): NativeLibrary {
  if (!configured) {
    koffi.config({ sync_stack_size: STACK_BYTES });
    koffi.alias("status", "uint32_t");
    koffi.struct("FourPointers", { a: "uintptr_t", b: "uintptr_t", c: "uintptr_t", d: "uintptr_t" });
    shareHostObjects();
  }
  configured = true;
  let handle: ReturnType<typeof koffi.load>;
  try {
    handle = path === null ? koffi.load(null) : loadWithSiblings(path, searchFolder);
  } catch (thrown) {
    const reason = toError(thrown).message.replace(/^Failed to load shared library: /, "");
    throw new ToolError(
      "invalid_fmu",
      `Cannot load the FMU's library: ${reason}.`,
      "Export the FMU for this platform, or install the library that the message names.",
      { cause: thrown },
    );
  }
  held.push(handle);
  return {
    function: (name, result, parameters) => bind(handle, name, result, parameters),
    findAddress: (name) => {
      try {
        return Number(koffi.address(handle.symbol(name)));
      } catch {
        return undefined;
      }
    },
  };
}

/*
 * Objects of the standard libraries that a program may have a copy of in itself, which is then the one in use (an ELF copy
 * relocation), and their bytes. A library bound deeply sees what nobody has initialized: a C++ FMU that prints would crash.
 */
const COPIED = [
  ...["_ZSt4cout", "_ZSt4cerr", "_ZSt4clog"].map((name) => ["libstdc++.so.6", name, 272] as const),
  ["libc.so.6", "environ", 8],
] as const;

/** Makes what the libraries define themselves like what this process uses in its place. Linux only. */
function shareHostObjects(): void {
  if (process.platform !== "linux") return;
  for (const [library, name, bytes] of COPIED) {
    try {
      const used = koffi.address(koffi.load(null).symbol(name));
      const own = koffi.address(koffi.load(library).symbol(name));
      if (used !== own) new Uint8Array(koffi.view(own, bytes)).set(new Uint8Array(koffi.view(used, bytes)));
    } catch {
      // A program without it has no copy.
    }
  }
}

/*
 * A library that the FMU brings beside its own and does not say where to look for is found by its name (SONAME) once it is
 * loaded; one without such a name where the loader looks.
 */
function loadWithSiblings(
  path: string,
  searchFolder: string | undefined,
  loaded = new Set<string>(),
): ReturnType<typeof koffi.load> {
  try {
    return koffi.load(path, { deep: true });
  } catch (thrown) {
    const missing = /([^\s:/]+): cannot open shared object file/.exec(toError(thrown).message)?.[1];
    const sibling = missing === undefined ? path : join(dirname(path), missing);
    if (missing === undefined || sibling === path || !existsSync(sibling)) throw thrown;
    if (loaded.has(sibling)) {
      const link = searchFolder === undefined ? undefined : join(searchFolder, missing);
      if (link === undefined || existsSync(link)) throw thrown;
      symlinkSync(sibling, link);
    } else {
      loaded.add(sibling);
      held.push(loadWithSiblings(sibling, searchFolder, loaded));
    }
    return loadWithSiblings(path, searchFolder, loaded);
  }
}

function bind(
  handle: ReturnType<typeof koffi.load>,
  name: string,
  result: NativeType,
  parameters: readonly NativeType[],
): NativeFunction {
  try {
    const bound = handle.func(name, result, [...parameters]);
    held.push(bound);
    return bound;
  } catch (thrown) {
    throw new ToolError(
      "invalid_fmu",
      `Cannot use the FMU's library: it does not export the function ${name}.`,
      "Export the FMU again from the tool that made it.",
      { cause: thrown },
    );
  }
}

/** Allocates at least one byte. */
export function allocate(bytes: number): NativeBlock {
  const size = Math.max(bytes, 8);
  const pointer = koffi.alloc("uint8_t", size);
  const buffer = koffi.view(pointer, size);
  new Uint8Array(buffer).fill(0);
  held.push(pointer, buffer);
  return { address: Number(koffi.address(pointer)), buffer };
}

/** Memory at an address that something else owns. */
export function viewMemory(address: number, bytes: number): ArrayBuffer {
  return koffi.view(BigInt(address), bytes);
}

/** A NUL-terminated copy in UTF-8; returns its address. */
export function allocateString(text: string): number {
  const bytes = new TextEncoder().encode(text);
  const block = allocate(bytes.length + 1);
  new Uint8Array(block.buffer).set(bytes);
  return block.address;
}

/** Copies the NUL-terminated UTF-8 text at an address; "" at NULL. */
export function readString(address: number): string {
  return address === 0 ? "" : koffi.decode.string(BigInt(address));
}

/** Makes a C function pointer that calls `callback` on this thread; returns its address. A throw inside is dropped. */
export function registerCallback(
  parameters: readonly NativeType[],
  callback: (...values: NativeScalar[]) => void,
): number {
  const type = koffi.pointer(koffi.proto("void", [...parameters]));
  const guarded = (...values: NativeScalar[]) => {
    try {
      callback(...values);
    } catch {
      // An exception must not unwind through the FMU's frames.
    }
  };
  const pointer = koffi.register(guarded, type);
  held.push(pointer, type, guarded);
  return Number(koffi.address(pointer));
}
