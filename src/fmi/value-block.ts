import { countElements } from "./description/dimensions.ts";
import type {
  ModelDescription,
  StartValue,
  Variable,
  VariableType,
} from "./description/model-description.ts";
import { checkStatus } from "./fmu-status.ts";
import {
  allocate,
  allocateString,
  type NativeFunction,
  type NativeLibrary,
  readString,
  viewMemory,
} from "./library.ts";
import { groupByType } from "./recording/recorded-columns.ts";

/** Where values are read and written. FMI 1.0 puts the model identifier before the names of its functions. */
export interface ValueAccess {
  library: NativeLibrary;
  fmiMajor: 1 | 2 | 3;
  /** FMI 1.0: what the names begin with, `BouncingBall_` say. */
  prefix?: string | undefined;
  instance: number;
  description: ModelDescription;
}

/** Variables of one C type, read or written by one call, in memory that is allocated once. */
export interface ValueBlock {
  readonly variables: readonly Variable[];
  /** Elements in all. */
  readonly size: number;
  /** Gets all values; throws `FmuCallError`. */
  get(): void;
  /** Sets all values; throws `FmuCallError`. */
  set(): void;
  /** Where the values are, if they are float64 already and none is negated; undefined otherwise. */
  readonly numbers: Float64Array | undefined;
  /** Where C finds `numbers` and their value references; undefined where `numbers` is. */
  readonly place: { address: number; references: number } | undefined;
  /** Throws `FmuCallError` for a status that getting the values elsewhere came to. */
  check(status: number): void;
  /** Copies the values as numbers, Booleans as 0 or 1. Not for String and Binary. */
  copyNumbers(target: Float64Array, at: number): void;
  /** The values of each variable: 64-bit integers as bigint only beyond 2^53, Binary as bytes. */
  read(): StartValue[][];
  /** Puts numbers in place for {@link ValueBlock.set}, allocating nothing. Not for String and Binary. */
  writeNumbers(source: Float64Array, at: number): void;
  /** Puts values in place for {@link ValueBlock.set}; one value fills an array. */
  write(values: readonly (readonly StartValue[])[]): void;
}

type NumberView =
  | Float64Array
  | Float32Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;
type View = NumberView | BigInt64Array | BigUint64Array;

const VIEWS: Record<string, new (buffer: ArrayBuffer) => View> = {
  Real: Float64Array,
  Float64: Float64Array,
  Float32: Float32Array,
  Integer: Int32Array,
  Int8: Int8Array,
  UInt8: Uint8Array,
  Int16: Int16Array,
  UInt16: Uint16Array,
  Int32: Int32Array,
  UInt32: Uint32Array,
  Int64: BigInt64Array,
  UInt64: BigUint64Array,
  // Pointers.
  String: BigUint64Array,
  Binary: BigUint64Array,
};

function isTruthType(name: string): boolean {
  return name === "Boolean" || name === "Clock";
}

function viewOf(name: string, fmiMajor: 1 | 2 | 3): new (buffer: ArrayBuffer) => View {
  // fmiBoolean is a char, fmi2Boolean an int, fmi3Boolean a C bool.
  if (isTruthType(name)) return fmiMajor === 2 ? Int32Array : Uint8Array;
  return VIEWS[name] ?? Float64Array;
}

/** One block, so one call, for each group of {@link groupByType}, in its order. */
export function createValueBlocks(access: ValueAccess, variables: readonly Variable[]): ValueBlock[] {
  const groups = groupByType(variables, access.fmiMajor);
  return [...groups].map(([name, group]) => createBlock(access, name, group));
}

function createBlock(access: ValueAccess, name: string, variables: readonly Variable[]): ValueBlock {
  const { fmiMajor, description } = access;
  const counts = variables.map((variable) => countElements(variable, description));
  const size = counts.reduce((sum, count) => sum + count, 0);
  const references = allocate(variables.length * 4);
  new Uint32Array(references.buffer, 0, variables.length).set(variables.map((each) => each.valueReference));
  const View = viewOf(name, fmiMajor);
  const values = allocate(size * 8);
  const sizes = name === "Binary" ? allocate(size * 8) : undefined;
  const view = new View(values.buffer);
  const lengths = sizes === undefined ? undefined : new BigUint64Array(sizes.buffer);
  const addresses = [references.address, ...(sizes ? [sizes.address] : []), values.address] as const;
  const stem = fmiMajor === 1 ? `${access.prefix ?? ""}fmi` : `fmi${fmiMajor}`;
  const call = (verb: "Get" | "Set") => bindAccess(access, `${stem}${verb}${name}`, addresses, counts);
  const negated = variables.flatMap(({ alias }, index) => (alias === "negatedAlias" ? [index] : []));
  const isTruth = isTruthType(name);
  const numbers = view instanceof Float64Array && negated.length === 0 ? view : undefined;
  let getter: (() => void) | undefined;
  let setter: (() => void) | undefined;

  return {
    variables,
    size,
    numbers,
    place: numbers && { address: values.address, references: references.address },
    check: (status) => checkStatus(`${stem}Get${name}`, status),
    get: () => {
      getter ??= call("Get");
      getter();
    },
    set: () => {
      setter ??= call("Set");
      setter();
    },
    copyNumbers: (target, at) => {
      // Any number but 0 is true.
      if (isTruth) for (let i = 0; i < size; i++) target[at + i] = Number(view[i] !== 0);
      else for (let i = 0; i < size; i++) target[at + i] = Number(view[i]);
      for (const index of negated) target[at + index] = negate(name, target[at + index] as number);
    },
    writeNumbers: (source, at) => {
      for (let i = 0; i < size; i++) writeNumber(view, i, source[at + i] as number);
      for (const index of negated) writeNumber(view, index, negate(name, source[at + index] as number));
    },
    read: () => {
      let at = 0;
      return variables.map((variable, index) => {
        const from = at;
        at += counts[index] ?? 0;
        const values = Array.from({ length: at - from }, (_, i) =>
          decode(variable.type, view, lengths, from + i),
        );
        return negated.includes(index) ? values.map((value) => negateValue(name, value)) : values;
      });
    },
    write: (given) => {
      let at = 0;
      variables.forEach((_, index) => {
        for (let i = 0; i < (counts[index] ?? 0); i++, at++) {
          const list = given[index] ?? [];
          const value = list.length === 1 ? list[0] : list[i];
          if (value === undefined) continue;
          encode(view, lengths, at, negated.includes(index) ? negateValue(name, value) : value);
        }
      });
    },
  };
}

/* FMI 1.0 alone has aliases with the sign turned, and no arrays; the opposite of a Boolean is its negation. */
function negate(name: string, value: number): number {
  return name === "Boolean" ? Number(value === 0) : -value;
}

function negateValue(name: string, value: StartValue): StartValue {
  const isNumber = typeof value === "number" || typeof value === "boolean";
  const negated = isNumber ? negate(name, Number(value)) : value;
  return typeof value === "boolean" ? negated !== 0 : negated;
}

function writeNumber(view: View, at: number, value: number): void {
  if (view instanceof BigInt64Array || view instanceof BigUint64Array) view[at] = BigInt(Math.trunc(value));
  else view[at] = value;
}

/** A call without arguments: they are the same every time. */
function bindAccess(
  access: ValueAccess,
  functionName: string,
  addresses: readonly number[],
  counts: readonly number[],
): () => void {
  const { library, fmiMajor, instance } = access;
  const [references = 0, ...pointers] = addresses;
  const n = counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const shape = ["uintptr_t", "uintptr_t", "size_t", ...pointers.map(() => "uintptr_t" as const)] as const;
  if (fmiMajor < 3) {
    const native = library.function(functionName, "status", shape);
    const [values = 0] = pointers;
    return () => checkStatus(functionName, native(instance, references, n, values));
  }
  const native: NativeFunction = library.function(functionName, "status", [...shape, "size_t"]);
  if (pointers.length > 1) {
    return () => checkStatus(functionName, native(instance, references, n, ...pointers, total));
  }
  const [values = 0] = pointers;
  return () => checkStatus(functionName, native(instance, references, n, values, total));
}

function decode(type: VariableType, view: View, lengths: BigUint64Array | undefined, at: number): StartValue {
  const raw = view[at] ?? 0;
  if (type === "String") return readString(Number(raw));
  if (type === "Binary") {
    const length = Number(lengths?.[at] ?? 0n);
    return length === 0 ? new Uint8Array() : new Uint8Array(viewMemory(Number(raw), length).slice(0));
  }
  if (isTruthType(type)) return Number(raw) !== 0;
  return typeof raw === "bigint" && Number.isSafeInteger(Number(raw)) ? Number(raw) : raw;
}

function encode(view: View, lengths: BigUint64Array | undefined, at: number, value: StartValue): void {
  if (typeof value === "string") {
    view[at] = BigInt(allocateString(value));
  } else if (value instanceof Uint8Array) {
    const block = allocate(value.length);
    new Uint8Array(block.buffer).set(value);
    view[at] = BigInt(block.address);
    if (lengths !== undefined) lengths[at] = BigInt(value.length);
  } else if (view instanceof BigInt64Array || view instanceof BigUint64Array) {
    view[at] = BigInt(value);
  } else {
    view[at] = Number(value);
  }
}
