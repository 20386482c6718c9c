import { expect, test } from "vitest";
import { digestOf } from "../../src/runs/digest.ts";

test("digestOf does not depend on the order of keys, at any depth", () => {
  expect(digestOf({ a: 1, b: { c: [1, 2], d: null } })).toBe(digestOf({ b: { d: null, c: [1, 2] }, a: 1 }));
});

test("digestOf leaves out undefined members", () => {
  expect(digestOf({ a: 1, b: undefined })).toBe(digestOf({ a: 1 }));
});

test("digestOf tells apart what differs", () => {
  const values = [
    1,
    "1",
    1n,
    true,
    "true",
    null,
    "null",
    Number.NaN,
    "NaN",
    0,
    -0,
    [1],
    [[1]],
    {},
    [],
    { a: 1 },
  ];
  values.push(
    new Uint8Array([1]) as never,
    Number.POSITIVE_INFINITY,
    "bigint:1",
    [1, 2] as never,
    [12] as never,
  );
  expect(new Set(values.map(digestOf)).size).toBe(values.length);
});

test("digestOf is 64 hex digits", () => {
  expect(digestOf({})).toMatch(/^[0-9a-f]{64}$/);
});
