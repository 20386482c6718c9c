import { allocate, loadLibrary, type NativeScalar, type NativeType, readString } from "./library.ts";

const FIXED: readonly NativeType[] = ["uintptr_t", "uintptr_t", "int", "uintptr_t", "uintptr_t"];
const REALS = 8;
const STACK_SLOTS = 16;
const TEXT_BYTES = 8192;

/** Parameters of fmi2CallbackLogger, and how its text is made of them. */
export interface VariadicLogFormat {
  parameters: readonly NativeType[];
  /** The message, from all that the callback was given. */
  format(values: readonly NativeScalar[]): string;
}

/**
 * fmi2CallbackLogger is variadic, which a JavaScript callback cannot be. On x86-64 with the System V calling convention
 * the callback takes the registers and stack slots where further arguments can lie, and builds a `va_list` of them for
 * `vsnprintf`. Elsewhere the format string is logged as it is.
 */
export function createVariadicLogFormat(platform: string, architecture: string): VariadicLogFormat {
  if (platform !== "linux" || architecture !== "x64") {
    return { parameters: FIXED, format: (values) => readString(Number(values[4])) };
  }
  const variadic: NativeType[] = ["uint64_t"];
  for (let i = 0; i < REALS; i++) variadic.push("double");
  for (let i = 0; i < STACK_SLOTS; i++) variadic.push("uint64_t");
  return { parameters: [...FIXED, ...variadic], format: createSystemVFormat() };
}

function createSystemVFormat(): (values: readonly NativeScalar[]) => string {
  const vsnprintf = loadLibrary(null).function("vsnprintf", "int", [
    "uintptr_t",
    "size_t",
    "uintptr_t",
    "uintptr_t",
  ]);
  const text = allocate(TEXT_BYTES);
  const registers = allocate(48 + REALS * 16);
  const stack = allocate(STACK_SLOTS * 8);
  const list = allocate(24);
  const registerView = new DataView(registers.buffer);
  const stackView = new DataView(stack.buffer);
  const listView = new DataView(list.buffer);
  return (values) => {
    const format = Number(values[4]);
    // Five of six integer registers are taken; the sixth, r9, holds the first integer argument.
    registerView.setBigUint64(40, BigInt(values[5] ?? 0), true);
    for (let i = 0; i < REALS; i++) registerView.setFloat64(48 + i * 16, Number(values[6 + i]), true);
    for (let i = 0; i < STACK_SLOTS; i++) {
      stackView.setBigUint64(i * 8, BigInt(values[6 + REALS + i] ?? 0), true);
    }
    // va_list: gp_offset, fp_offset, overflow_arg_area, reg_save_area.
    listView.setUint32(0, 40, true);
    listView.setUint32(4, 48, true);
    listView.setBigUint64(8, BigInt(stack.address), true);
    listView.setBigUint64(16, BigInt(registers.address), true);
    vsnprintf(text.address, TEXT_BYTES, format, list.address);
    return readString(text.address);
  };
}
