import { expect, test } from "vitest";
import { integerRange, parseStartList } from "../../src/fmi/start-values.ts";

test("integerRange gives what a type can hold, and nothing for the other types", () => {
  expect(integerRange("Int8")).toEqual({ min: -128n, max: 127n });
  expect(integerRange("UInt64")).toEqual({ min: 0n, max: 2n ** 64n - 1n });
  expect(integerRange("Float64")).toBeUndefined();
});

test.each([
  ["Int8", "-128 127", [-128, 127]],
  ["Int64", "9007199254740991 9007199254740993", [9007199254740991, 9007199254740993n]],
  ["Float64", " +1.5\t-.5e1\n2. ", [1.5, -5, 2]],
  ["String", " a b ", [" a b "]],
  ["Boolean", "true 0", [true, false]],
] as const)("parseStartList reads %s %j", (type, text, values) => {
  expect(parseStartList(type, text)).toEqual(values);
});

test.each([
  ["Int8", "128"],
  ["UInt8", "-1"],
  ["UInt64", "18446744073709551616"],
  ["Int32", "1.0"],
  ["Float64", "1,5"],
  ["Float64", "0x10"],
  ["Float64", "."],
  ["Boolean", "yes"],
  ["Binary", "0fg0"],
  ["Binary", "abc"],
] as const)("parseStartList finds no %s in %j", (type, text) => {
  expect(parseStartList(type, text)).toBeUndefined();
});
