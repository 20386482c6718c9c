import { Decoder } from "cbor-x";
import { expect, test } from "vitest";
import { ToolError } from "../../src/errors.ts";
import { decodeResult, encodeArguments } from "../../src/modal/payload.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

test("encodeArguments writes no positional arguments and a map of keyword arguments", () => {
  // 82 = array of 2, 80 = empty array, b9 0001 = map of 1, 61 6b = "k", f5 = true.
  expect(hex(encodeArguments({ k: true }))).toBe("8280b90001616bf5");
});

test("encodeArguments keeps integers beyond 32 bits integers, wherever they are", () => {
  const moment = 1_700_000_000_000;
  const bytes = hex(encodeArguments({ a: moment, b: [{ c: -5_000_000_000 }], d: 2n ** 60n }));
  // 1b and 3b start 64-bit integers; fb would be a float.
  expect(bytes).toContain("1b0000018bcfe56800");
  expect(bytes).toContain("3b000000012a05f1ff");
  expect(bytes).toContain("1b1000000000000000");
  expect(bytes).not.toContain("fb42");
});

test("encodeArguments keeps floats floats, also those too large to be exact integers", () => {
  expect(hex(encodeArguments({ a: 0.5 }))).toContain("fb3fe0000000000000");
  expect(hex(encodeArguments({ a: 1e300 }))).toContain("fb7e37e43c8800759c");
  expect(hex(encodeArguments({ a: Number.NaN }))).toContain("fb7ff8000000000000");
});

test("encodeArguments leaves undefined members out and sends null for undefined items", () => {
  const decoder = new Decoder({ mapsAsObjects: true, useRecords: false });
  const bytes = encodeArguments({ a: undefined, b: { c: undefined, d: null }, e: [undefined, 1] });
  expect(decoder.decode(bytes)).toEqual([[], { b: { d: null }, e: [null, 1] }]);
});

test("encodeArguments refuses what CBOR cannot carry, in words", () => {
  const attempt = () => encodeArguments({ a: () => undefined });
  expect(attempt).toThrow(ToolError);
  expect(attempt).toThrow(/does not fit/);
});

test("decodeResult keeps integers beyond 2^53 exact, as bigint", () => {
  expect(decodeResult(Buffer.from("1b0020000000000001", "hex"))).toBe(9_007_199_254_740_993n);
});

test("decodeResult gives 64-bit integers that fit as numbers, wherever they are", () => {
  // {"a": [1700000000000]}
  expect(decodeResult(Buffer.from("a16161811b0000018bcfe56800", "hex"))).toEqual({ a: [1_700_000_000_000] });
});

test("decodeResult reports bytes that are not CBOR", () => {
  expect(() => decodeResult(Buffer.from("b9ff", "hex"))).toThrow(/not CBOR/);
});
