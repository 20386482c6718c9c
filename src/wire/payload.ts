import { type DecodeOptions, decode, type EncodeOptions, encode, type TagDecoder, Token, Type } from "cborg";

/**
 * The CBOR of function inputs and results: `[args, kwargs]` one way, the return value the other
 * (modal/_serialization.py of modal-client).
 */

const BIG_POSITIVE = 2;
const BIG_NEGATIVE = 3;

function bigIntOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

const KNOWN_TAGS: Record<number, TagDecoder> = {
  0: (content) => new Date(String(content())),
  1: (content) => new Date(Number(content()) * 1000),
  [BIG_POSITIVE]: (content) => bigIntOf(content() as Uint8Array),
  [BIG_NEGATIVE]: (content) => -1n - bigIntOf(content() as Uint8Array),
};

// Any other tag says how to read its content (a set, a typed array, a UUID); the content alone will do.
const tags = new Proxy(KNOWN_TAGS, {
  get: (known, tag): TagDecoder => known[Number(tag)] ?? ((content) => content()),
});

const DECODING: DecodeOptions = { useMaps: true, rejectDuplicateMapKeys: false, tags };

// Maps are read as Map first because keys need not be text; objects are what function bodies expect.
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value === undefined ? null : value;
  const entries = [...value].map(([key, member]) => [String(key), plain(member)] as const);
  return Object.fromEntries(entries);
}

function encodeBigInt(value: unknown): Token[] | null {
  const number = value as bigint;
  const magnitude = number < 0n ? -1n - number : number;
  if (magnitude < 2n ** 64n) return null;
  const hex = magnitude.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return [new Token(Type.tag, number < 0n ? BIG_NEGATIVE : BIG_POSITIVE), new Token(Type.bytes, bytes)];
}

const ENCODING: EncodeOptions = {
  ignoreUndefinedProperties: true,
  float64: true,
  mapSorter: () => 0,
  typeEncoders: {
    bigint: encodeBigInt,
    undefined: () => [new Token(Type.null, null)],
    Date: (date: Date) => [new Token(Type.tag, 0), new Token(Type.string, date.toISOString())],
  },
};

/** Encodes a return value; undefined members are left out, other undefined becomes null. Throws for a value CBOR cannot carry. */
export function encodePayload(value: unknown): Buffer {
  return Buffer.from(encode(value, ENCODING));
}

/** Decodes a value: maps as objects with text keys, integers beyond 2^53 as bigint, undefined as null. Throws where it is no CBOR. */
export function decodePayload(bytes: Uint8Array): unknown {
  return plain(decode(bytes, DECODING));
}

/** Decodes a function input into positional and keyword arguments; throws where it has another shape. */
export function decodeArguments(bytes: Uint8Array): { args: unknown[]; kwargs: Record<string, unknown> } {
  const value = decodePayload(bytes);
  const [args, kwargs] = Array.isArray(value) && value.length === 2 ? value : [];
  if (!Array.isArray(args) || typeof kwargs !== "object" || kwargs === null || Array.isArray(kwargs)) {
    throw new TypeError(
      "a function input must be a list of positional arguments and a map of keyword arguments",
    );
  }
  return { args, kwargs: kwargs as Record<string, unknown> };
}
