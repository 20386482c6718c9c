import { checkStatus } from "../fmu-status.ts";
import { allocate, type NativeFunction, type NativeLibrary } from "../library.ts";

/** An interval or a shift, in seconds, as a fraction: a decimal one has the resolution 1. */
export interface Fraction {
  counter: number;
  resolution: number;
}

/** An interval that an FMU gives, and whether it is known by now. */
export interface GivenInterval extends Fraction {
  isKnown: boolean;
  /** Whether it is another one than the FMU gave before. */
  hasChanged: boolean;
}

/** The calls for the Clocks of an instance; they throw `FmuCallError`. */
export interface ClockCalls {
  tick(valueReference: number): void;
  interval(valueReference: number, asFraction: boolean): GivenInterval;
  /** Zero where the FMU does not say. */
  shift(valueReference: number, asFraction: boolean): Fraction;
}

const NOT_YET_KNOWN = 0;
const CHANGED = 2;

/** Binds them on first use (FMI 3.0.2, section 2.2.9). */
export function bindClockCalls(library: NativeLibrary, instance: number): ClockCalls {
  const reference = allocate(4);
  const references = new Uint32Array(reference.buffer);
  const block = allocate(24);
  const { address } = block;
  const decimals = new Float64Array(block.buffer);
  const integers = new BigUint64Array(block.buffer);
  const qualifiers = new Int32Array(block.buffer);
  const bound = new Map<string, NativeFunction>();
  const call = (name: string, valueReference: number, ...pointers: number[]) => {
    const shape = ["uintptr_t", "uintptr_t", "size_t", ...pointers.map(() => "uintptr_t" as const)] as const;
    const native = bound.get(name) ?? library.function(name, "status", shape);
    bound.set(name, native);
    references[0] = valueReference;
    checkStatus(name, native(instance, reference.address, 1, ...pointers));
  };
  const read = (asFraction: boolean): Fraction =>
    asFraction
      ? { counter: Number(integers[0]), resolution: Number(integers[1]) }
      : { counter: decimals[0] ?? Number.NaN, resolution: 1 };
  return {
    tick: (valueReference) => {
      integers[0] = 1n;
      call("fmi3SetClock", valueReference, address);
    },
    interval: (valueReference, asFraction) => {
      qualifiers[4] = NOT_YET_KNOWN;
      if (asFraction) call("fmi3GetIntervalFraction", valueReference, address, address + 8, address + 16);
      else call("fmi3GetIntervalDecimal", valueReference, address, address + 16);
      const qualifier = qualifiers[4];
      return { ...read(asFraction), isKnown: qualifier !== NOT_YET_KNOWN, hasChanged: qualifier === CHANGED };
    },
    shift: (valueReference, asFraction) => {
      const name = asFraction ? "fmi3GetShiftFraction" : "fmi3GetShiftDecimal";
      if (library.findAddress(name) === undefined) return { counter: 0, resolution: 1 };
      if (asFraction) call(name, valueReference, address, address + 8);
      else call(name, valueReference, address);
      return read(asFraction);
    },
  };
}
