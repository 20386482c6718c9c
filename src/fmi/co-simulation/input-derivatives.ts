import { checkStatus } from "../fmu-status.ts";
import { isHeld } from "../input/input-element.ts";
import type { CoSimulationInstance } from "../instance.ts";
import { allocate, type NativeLibrary } from "../library.ts";

/**
 * Binds the function that sets derivatives of Real inputs (FMI 2.0.5, section 4.2.1); a list of variables that comes again is the
 * same array. It throws `FmuCallError`.
 */
export function bindInputDerivatives(
  library: NativeLibrary,
  name: string,
  instance: number,
): (valueReferences: readonly number[], derivatives: Float64Array) => void {
  const bound = new Map<readonly number[], (derivatives: Float64Array) => void>();
  const bind = (valueReferences: readonly number[]) => {
    const n = valueReferences.length;
    const shape = ["uintptr_t", "uintptr_t", "size_t", "uintptr_t", "uintptr_t"] as const;
    const native = library.function(name, "status", shape);
    const [references, orders, values] = [allocate(4 * n), allocate(4 * n), allocate(8 * n)];
    new Uint32Array(references.buffer, 0, n).set(valueReferences);
    new Int32Array(orders.buffer, 0, n).fill(1);
    const view = new Float64Array(values.buffer, 0, n);
    return (derivatives: Float64Array) => {
      view.set(derivatives);
      checkStatus(name, native(instance, references.address, n, orders.address, values.address));
    };
  };
  return (valueReferences, derivatives) => {
    const call = bound.get(valueReferences) ?? bind(valueReferences);
    bound.set(valueReferences, call);
    call(derivatives);
  };
}

/** Has all continuous inputs be held from now on: a saved state may have slopes that were set before it. */
export function clearInputDerivatives({ access, setInputDerivatives }: CoSimulationInstance): void {
  const references = access.description.variables
    .filter((variable) => variable.causality === "input" && !isHeld(variable))
    .map(({ valueReference }) => valueReference);
  if (references.length > 0) setInputDerivatives?.(references, new Float64Array(references.length));
}
