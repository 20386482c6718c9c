import type { WireValue } from "../runner/contract.ts";

/** A value of a variable as JSON can hold it. */
export type JsonValue = number | boolean | string | null | JsonValue[];

/**
 * Brings a value into JSON: integers beyond 2^53 as decimal text, NaN and infinities as null, bytes as base64.
 */
export function toJsonValue(value: WireValue | null): JsonValue {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "bigint") {
    const plain = Number(value);
    return Number.isSafeInteger(plain) ? plain : value.toString();
  }
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return value.map(toJsonValue);
}

/** Whether a value is, or holds, a NaN or an infinity. */
export function holdsNonFinite(value: WireValue | null): boolean {
  if (Array.isArray(value)) return value.some(holdsNonFinite);
  return typeof value === "number" && !Number.isFinite(value);
}
