import { describe, expect, test } from "vitest";
import { applyStartValue, type UserValue } from "../../src/simulation/start-values.ts";
import { catchToolError } from "../support/catch-tool-error.ts";
import { planModel } from "../support/plan-model.ts";

const model = planModel();

function apply(name: string, given: UserValue) {
  const variable = model.variables.find((candidate) => candidate.name === name);
  if (!variable) throw new Error(`no variable ${name}`);
  return applyStartValue(variable, given, model);
}

const refusal = (name: string, given: UserValue) => catchToolError(() => apply(name, given));

describe("applyStartValue takes", () => {
  test.each<[string, UserValue, unknown]>([
    ["temperature", 300, 300],
    ["temperature", "300", 300],
    ["temperature", "2.5e2", 250],
    ["temperature", "40 degC", 313.15],
    ["temperature", "40degC", 313.15],
    ["temperature", "300 K", 300],
    ["dT", "5 degC", 5],
    ["h", "150 cm", 1.5],
    ["gain", -2, -2],
    ["small", 0.1, 0.1],
    ["int_in", 5, 5],
    ["int_in", "5", 5],
    ["int_in", "+5", 5],
    ["int_in", 5.0, 5],
    ["int_in", "5.0", 5],
    ["byte_in", 255, 255],
    ["long_in", "-9223372036854775808", -(2n ** 63n)],
    ["long_in", "42", 42],
    ["ulong_in", "18446744073709551615", 2n ** 64n - 1n],
    ["on", true, true],
    ["on", "false", false],
    ["on", 1, true],
    ["text", "", ""],
    ["text", "40 degC", "40 degC"],
    ["mode", "heat", 2],
    ["mode", 2, 2],
    ["mode", "2", 2],
    [
      "matrix",
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [1, 2, 3, 4, 5, 6],
    ],
    ["matrix", [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]],
    ["sized", ["1", 2], [1, 2]],
  ])("%s = %j", (name, given, value) => {
    expect(apply(name, given).value).toEqual(value);
  });

  test("an enumeration's item by name before one by value", () => {
    expect(apply("mode", "1").value).toBe(3);
    expect(apply("mode", 1).value).toBe(1);
  });

  test("base64 as the bytes of a Binary", () => {
    expect(Buffer.from(apply("blob", "AQID").value as Uint8Array)).toEqual(Buffer.from([1, 2, 3]));
    expect(apply("blob", "").value).toHaveLength(0);
  });
});

describe("applyStartValue refuses", () => {
  test.each<[string, UserValue, RegExp]>([
    ["g", 9.8, /constant/],
    ["derived", 1, /it is calculated by the FMU/],
    ["v", 1, /it is calculated by the FMU/],
    ["time", 1, /independent/],
    ["tick", true, /Clock/],
    ["int_in", 5.7, /5\.7 would lose its fraction/],
    ["int_in", "5.7", /5\.7 would lose its fraction/],
    ["int_in", true, /true is not a number/],
    ["int_in", "five", /"five" is not a number/],
    ["int_in", "5 m", /has no unit/],
    ["int_in", 2 ** 31, /does not fit/],
    ["int_in", "2147483648", /does not fit/],
    ["byte_in", -1, /does not fit/],
    ["byte_in", 256, /does not fit/],
    ["long_in", 2 ** 53, /beyond 2\^53/],
    ["long_in", "9223372036854775808", /does not fit/],
    ["ulong_in", "-1", /does not fit/],
    ["text", "cut\0off", /NUL/],
    ["temperature", "warm", /no number/],
    ["temperature", true, /no number/],
    ["temperature", "1e999", /no number/],
    ["temperature", Number.NaN, /no number/],
    ["temperature", [1, 2], /scalar/],
    ["temperature", "5 m", /same quantity/],
    ["temperature", "5 degX", /degX/],
    ["gain", "2 m", /it has no unit and "2 m" has one/],
    ["small", 1e39, /Float32/],
    ["on", 2, /neither true nor false/],
    ["on", "yes", /neither true nor false/],
    ["text", 5, /5 is not text/],
    ["mode", "cool", /no item/],
    ["mode", "", /no item/],
    ["mode", " ", /no item/],
    ["mode", true, /no item/],
    ["mode", 9, /no item/],
    ["blob", "not base64!", /base64/],
    ["blob", "A", /base64/],
    ["blob", 5, /base64/],
    ["matrix", [1, 2], /6 elements and 2 were given/],
    ["matrix", 1, /6 elements and 1 were given/],
    [
      "matrix",
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      /it is 2 × 3 and 3 × 2 was given/,
    ],
    ["matrix", [1, 2, 3, 4, 5, "x"], /no number/],
  ])("%s = %j", async (name, given, why) => {
    const error = await refusal(name, given);
    expect(error.code).toBe("invalid_argument");
    expect(error.message).toMatch(why);
    expect(error.remedy).not.toBe("");
  });

  test("names what would do", async () => {
    expect((await refusal("mode", "cool")).remedy).toBe("Give one of: off (1), heat (2), 1 (3).");
    expect((await refusal("byte_in", 256)).remedy).toContain("between 0 and 255");
    expect((await refusal("long_in", 2 ** 60)).remedy).toContain("decimal digits");
    expect((await refusal("temperature", "5 m")).remedy).toContain("degC");
    expect((await refusal("matrix", [1])).remedy).toContain("list of 6 values in row-major order");
  });

  test("a long value without repeating all of it", async () => {
    const { message } = await refusal("int_in", "9".repeat(60_000));
    expect(message.length).toBeLessThan(300);
  });
});

describe("applyStartValue warns of a value outside min and max, and takes it", () => {
  test.each<[string, UserValue, RegExp | undefined]>([
    ["temperature", 250, undefined],
    ["temperature", 400, undefined],
    ["temperature", 249, /"temperature" = 249 K lies outside its range 250 to 400 K/],
    ["temperature", "200 degC", /473\.15 K/],
    ["int_in", 11, /outside its range -10 to 10/],
    ["matrix", [1, 2, 3, 4, 5, 10], /"matrix" = 10 lies outside its range -∞ to 9/],
    ["gain", 1e300, undefined],
  ])("%s = %j", (name, given, warning) => {
    const applied = apply(name, given);
    if (warning) expect(applied.warning).toMatch(warning);
    else expect(applied.warning).toBeUndefined();
  });
});
