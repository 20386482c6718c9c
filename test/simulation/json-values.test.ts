import { expect, test } from "vitest";
import { holdsNonFinite, toJsonValue } from "../../src/simulation/json-values.ts";

test.each([
  [5, 5],
  [true, true],
  ["text", "text"],
  [null, null],
  [Number.NaN, null],
  [Number.NEGATIVE_INFINITY, null],
  [42n, 42],
  [2n ** 53n - 1n, 2 ** 53 - 1],
  [2n ** 53n, "9007199254740992"],
  [-(2n ** 63n), "-9223372036854775808"],
  [new Uint8Array([1, 2, 3]), "AQID"],
  [
    [1, [Number.NaN, 2n ** 60n]],
    [1, [null, "1152921504606846976"]],
  ],
])("toJsonValue(%o) is JSON", (value, expected) => {
  expect(toJsonValue(value)).toEqual(expected);
  expect(JSON.parse(JSON.stringify(toJsonValue(value)))).toEqual(expected);
});

test("holdsNonFinite looks into lists", () => {
  expect(holdsNonFinite(Number.NaN)).toBe(true);
  expect(holdsNonFinite([1, [2, Number.POSITIVE_INFINITY]])).toBe(true);
  expect(holdsNonFinite([1, "NaN", 2n])).toBe(false);
});
