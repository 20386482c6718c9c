import { Decoder, Encoder } from "cbor-x";
import { ToolError, toError } from "../errors.ts";

// The options of the SDK's own codec (dist, src/serialization.ts), so that Python sees what it sees from the SDK.
const CODEC = { mapsAsObjects: true, useRecords: false, tagUint8Array: false, useTag259ForMaps: false };
const encoder = new Encoder(CODEC);
const decoder = new Decoder(CODEC);

/**
 * Encodes the arguments of a call as CBOR `[[], kwargs]`. Integers stay integers at any size that JavaScript holds
 * exactly, bigints too; undefined members are left out. Throws `invalid_argument` for what CBOR cannot carry.
 */
export function encodeArguments(kwargs: Record<string, unknown>): Uint8Array {
  try {
    return encoder.encode([[], toEncodable(kwargs)]);
  } catch (thrown) {
    throw new ToolError(
      "invalid_argument",
      "Cannot send the arguments of the call: a value does not fit the wire format",
      "Give numbers, text, lists and objects only.",
      { detail: toError(thrown).message, cause: thrown },
    );
  }
}

/** Decodes a function's result; integers beyond 2^53 come back as bigint. Throws `data_loss` for bytes that are not CBOR. */
export function decodeResult(bytes: Uint8Array): unknown {
  try {
    return narrowBigInts(decoder.decode(bytes));
  } catch (thrown) {
    throw new ToolError(
      "data_loss",
      "Cannot read the function's result: the bytes are not CBOR",
      "Call again; if it fails again, call `deploy_runner`.",
      { detail: toError(thrown).message, cause: thrown },
    );
  }
}

/** cbor-x turns numbers outside 32 bits into floats and writes `undefined` as a value that Python does not take for None. */
function toEncodable(value: unknown): unknown {
  if (typeof value === "number") return needsBigInt(value) ? BigInt(value) : value;
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.map(toEncodable);
  if (!isPlainObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, toEncodable(member)]));
}

function needsBigInt(value: number): boolean {
  return Number.isSafeInteger(value) && (value > 0xffffffff || value < -0x80000000);
}

/** cbor-x gives every 64-bit integer as a bigint, also those that a number holds exactly. Works in place. */
function narrowBigInts(value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) value[index] = narrowBigInts(value[index]);
  } else if (isPlainObject(value)) {
    for (const name of Object.keys(value)) value[name] = narrowBigInts(value[name]);
  }
  return value;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
