import { decode as decodeX, encode as encodeX } from "cbor-x";
import { expect, test } from "vitest";
import { decodeArguments, decodePayload, encodePayload } from "../../src/wire/payload.ts";

const back = (value: unknown): unknown => decodePayload(encodePayload(value));

test("decodeArguments: the example of Modal's SDK", () => {
  const bytes = Buffer.from("82820161 61b90001616bf5".replace(" ", ""), "hex");
  expect(decodeArguments(bytes)).toEqual({ args: [1, "a"], kwargs: { k: true } });
});

test.each(["01", "80", "8280f6", "828080", "83800000", "ff", ""])("decodeArguments: %s is refused", (hex) => {
  expect(() => decodeArguments(Buffer.from(hex, "hex"))).toThrow();
});

test("encodePayload: integers of any size, bytes and times come back as they were", () => {
  const values = [2n ** 53n, -(2n ** 63n), 2n ** 64n, -(2n ** 70n), 5, -5, 0.1, 1e300];
  expect(back(values)).toEqual([...values]);
  expect(back(new Date(86_400_000))).toEqual(new Date(86_400_000));
  expect(back(Buffer.from([1, 2]))).toEqual(new Uint8Array([1, 2]));
  expect(back([Number.NaN, Number.POSITIVE_INFINITY])).toEqual([Number.NaN, Number.POSITIVE_INFINITY]);
});

test("encodePayload: undefined members are left out, other undefined is null", () => {
  expect(back({ a: undefined, b: [undefined] })).toEqual({ b: [null] });
  expect(back(undefined)).toBeNull();
});

test("encodePayload: what CBOR cannot carry throws", () => {
  expect(() => encodePayload(() => 1)).toThrow();
  expect(() => encodePayload(Symbol("x"))).toThrow();
});

test("encodePayload: the codec of Modal's SDK reads the same, and the order of members stays", () => {
  const value = { z: 1, a: [0.5, "ü", null, true], n: 2n ** 60n };
  expect(decodeX(encodePayload(value))).toEqual(value);
  expect(Object.keys(decodeX(encodePayload(value)))).toEqual(["z", "a", "n"]);
});

test("decodePayload: undefined, unknown tags, sets, dates and keys that are no text are read for what they hold", () => {
  expect(decodePayload(Buffer.from("f7", "hex"))).toBeNull();
  expect(decodePayload(Buffer.from("d9010282 0102".replace(" ", ""), "hex"))).toEqual([1, 2]);
  expect(decodePayload(Buffer.from("a2 01 02 f5 03".replaceAll(" ", ""), "hex"))).toEqual({ 1: 2, true: 3 });
  expect(decodePayload(encodeX(new Date(1000)))).toEqual(new Date(1000));
  expect(decodePayload(encodeX(new Map([["k", 1]])))).toEqual({ k: 1 });
});

test("decodePayload: a member named __proto__ stays a member", () => {
  const value = decodePayload(Buffer.from("a1695f5f70726f746f5f5f01", "hex")) as object;
  expect(Object.hasOwn(value, "__proto__")).toBe(true);
});
