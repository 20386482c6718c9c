import type { StartValue, Variable, VariableType } from "./description/model-description.ts";
import { parseXmlBoolean, parseXmlNumber } from "./description/xml-attributes.ts";

type IntegerType = Exclude<VariableType, "Float32" | "Float64" | "Boolean" | "String" | "Binary" | "Clock">;

const INTEGER_BITS: Record<IntegerType, { bits: number; signed: boolean }> = {
  Int8: { bits: 8, signed: true },
  UInt8: { bits: 8, signed: false },
  Int16: { bits: 16, signed: true },
  UInt16: { bits: 16, signed: false },
  Int32: { bits: 32, signed: true },
  UInt32: { bits: 32, signed: false },
  Int64: { bits: 64, signed: true },
  UInt64: { bits: 64, signed: false },
  Enumeration: { bits: 64, signed: true },
};

/** The values an integer type can hold; undefined for the other types. */
export function integerRange(type: VariableType): { min: bigint; max: bigint } | undefined {
  const shape = (INTEGER_BITS as Partial<Record<VariableType, { bits: number; signed: boolean }>>)[type];
  if (shape === undefined) return undefined;
  const bits = BigInt(shape.signed ? shape.bits - 1 : shape.bits);
  return { min: shape.signed ? -(2n ** bits) : 0n, max: 2n ** bits - 1n };
}

/** A whole number as a start value, a bigint only beyond 2^53; undefined where the type cannot hold it. */
export function fitInteger(type: VariableType, value: bigint): number | bigint | undefined {
  const range = integerRange(type);
  if (range !== undefined && (value < range.min || value > range.max)) return undefined;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** The first value outside the variable's min and max; undefined where there is none. */
export function findOutOfRange<T>(
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Pick<Variable, "min" | "max">,
  values: readonly T[],
): T | undefined {
  return values.find(
    (value) => (typeof value === "number" || typeof value === "bigint") && (value < min || value > max),
  );
}

/** One start value as the model description writes it; undefined where the text is no value of the type. */
export function parseStartValue(type: VariableType, text: string): StartValue | undefined {
  switch (type) {
    case "Float32":
    case "Float64":
      return parseXmlNumber(text);
    case "Boolean":
      return parseXmlBoolean(text);
    case "String":
      return text;
    case "Binary":
      return parseHex(text);
    case "Clock":
      return parseXmlBoolean(text);
    default:
      return parseInteger(type, text);
  }
}

/** The values of a `start` attribute, separated by white space for every type but String and Binary; undefined as above. */
export function parseStartList(type: VariableType, text: string): StartValue[] | undefined {
  const single = type === "String" || type === "Binary";
  const parts = single ? [text] : text.split(/\s+/).filter((part) => part !== "");
  if (parts.length === 0) return undefined;
  const values: StartValue[] = [];
  for (const part of parts) {
    const value = parseStartValue(type, part);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

function parseInteger(type: VariableType, text: string): number | bigint | undefined {
  const trimmed = text.trim();
  if (!/^[+-]?\d{1,20}$/.test(trimmed)) return undefined;
  return fitInteger(type, BigInt(trimmed.replace(/^\+/, "")));
}

function parseHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, "");
  if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits)) return undefined;
  return new Uint8Array(Buffer.from(digits, "hex"));
}
