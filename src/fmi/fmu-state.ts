import { checkStatus } from "./fmu-status.ts";
import { allocate, type NativeLibrary, type NativeType } from "./library.ts";
import { headerEnd, joinState, type StateHeader, sizesToSave } from "./saved-state.ts";
import type { ValueAccess } from "./value-block.ts";

/** Saves the state of an instance, in Step Mode or Event Mode, as bytes; throws `FmuCallError`. */
export function saveState(
  { library, instance, fmiMajor, description }: ValueAccess,
  header: Omit<StateHeader, "sizes">,
): Uint8Array {
  const call = bindStateCall(library, instance, fmiMajor);
  const state = allocate(8);
  call("Get{State}", ["uintptr_t"], state.address);
  const pointer = readPointer(state.buffer);
  const size = allocate(8);
  call("Serialized{State}Size", ["uintptr_t", "uintptr_t"], pointer, size.address);
  const bytes = allocate(readPointer(size.buffer));
  call(
    "Serialize{State}",
    ["uintptr_t", "uintptr_t", "size_t"],
    pointer,
    bytes.address,
    readPointer(size.buffer),
  );
  const described = { ...header, sizes: sizesToSave(description) };
  const saved = joinState(described, new Uint8Array(bytes.buffer, 0, readPointer(size.buffer)));
  call("Free{State}", ["uintptr_t"], state.address);
  return saved;
}

/** Puts an instance into a saved state; throws `FmuCallError`. */
export function restoreState({ library, instance, fmiMajor }: ValueAccess, saved: Uint8Array): void {
  const call = bindStateCall(library, instance, fmiMajor);
  const raw = saved.subarray(headerEnd(saved) + 1);
  const bytes = allocate(raw.length);
  new Uint8Array(bytes.buffer).set(raw);
  const state = allocate(8);
  const deserialize = fmiMajor === 2 ? "DeSerialize{State}" : "Deserialize{State}";
  call(deserialize, ["uintptr_t", "size_t", "uintptr_t"], bytes.address, raw.length, state.address);
  call("Set{State}", ["uintptr_t"], readPointer(state.buffer));
  call("Free{State}", ["uintptr_t"], state.address);
}

/* FMI 2.0 writes FMUstate, FMI 3.0 FMUState. */
function bindStateCall(library: NativeLibrary, instance: number, fmiMajor: ValueAccess["fmiMajor"]) {
  return (pattern: string, parameters: readonly NativeType[], ...values: number[]) => {
    const name = `fmi${fmiMajor}${pattern.replace("{State}", fmiMajor === 2 ? "FMUstate" : "FMUState")}`;
    const native = library.function(name, "status", ["uintptr_t", ...parameters]);
    checkStatus(name, native(instance, ...values));
  };
}

function readPointer(buffer: ArrayBuffer): number {
  return Number(new BigUint64Array(buffer)[0]);
}
