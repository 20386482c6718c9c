import { describe, expect, test } from "vitest";
import type {
  ModelDescription,
  Variable,
  VariableType,
} from "../../src/fmi/description/model-description.ts";
import { whyNotSettable } from "../../src/fmi/settable.ts";
import { checkStartValue } from "../../src/runner/start-value-check.ts";

const none = { variables: [] } as unknown as ModelDescription;

function variable(type: VariableType, more: Partial<Variable> = {}): Variable {
  return {
    ...({
      name: "x",
      valueReference: 0,
      type,
      causality: "input",
      variability: "discrete",
      initial: "exact",
    } as const),
    ...{ description: undefined, start: undefined, unit: undefined, displayUnit: undefined },
    ...{
      relativeQuantity: false,
      declaredType: undefined,
      min: undefined,
      max: undefined,
      nominal: undefined,
    },
    ...{ enumeration: undefined, dimensions: [], line: 1 },
    ...more,
  };
}

describe("checkStartValue", () => {
  test.each([
    ["Int32", 5, [5]],
    ["Int32", 5n, [5]],
    ["Int32", "5", [5]],
    ["Float64", 5n, [5]],
    ["Float64", "2.5e-3", [0.0025]],
    ["Boolean", 1, [true]],
    ["Boolean", "false", [false]],
    ["String", "", [""]],
    ["Binary", "AQL/", [new Uint8Array([1, 2, 255])]],
    ["UInt64", 2n ** 64n - 1n, [2n ** 64n - 1n]],
    ["Int64", -(2n ** 63n), [-(2n ** 63n)]],
  ] as const)("%s takes %s", (type, value, expected) => {
    expect(checkStartValue(variable(type), value, none)).toEqual(expected);
  });

  test.each([
    ["UInt64", -1],
    ["UInt64", 2n ** 64n],
    ["Int8", 128],
    ["Int32", 5.000001],
    ["Int32", true],
    ["Int32", Number.NaN],
    ["Float64", "40 degC"],
    ["Float64", true],
    ["Float64", Number.NaN],
    ["Boolean", 2],
    ["String", 5],
    ["Binary", "not base64!"],
    ["Float64", [1]],
  ] as const)("%s refuses %s in words", (type, value) => {
    const given = Array.isArray(value) ? [...value] : value;
    expect(checkStartValue(variable(type), given as number, none)).toEqual(expect.any(String));
  });

  test("an array takes as many elements as it has, nested or not, or one for all", () => {
    const array = variable("Float64", { dimensions: [{ start: 2 }, { start: 2 }] });
    expect(
      checkStartValue(
        array,
        [
          [1, 2],
          [3, 4],
        ],
        none,
      ),
    ).toEqual([1, 2, 3, 4]);
    expect(checkStartValue(array, 7, none)).toEqual([7]);
    expect(checkStartValue(array, [1, 2, 3], none)).toBe("it has 4 elements, and 3 were given");
  });
});

describe("whyNotSettable", () => {
  test.each([
    [{ variability: "constant" }, "it is a constant"],
    [{ causality: "calculatedParameter", initial: "calculated" }, "calculated by the FMU"],
    [{ causality: "local", initial: "calculated" }, "calculated by the FMU"],
  ] as const)("%j", (more, words) => {
    expect(whyNotSettable(variable("Float64", more))).toContain(words);
  });

  test.each([
    [{ causality: "parameter" }],
    [{ causality: "output", initial: "exact" }],
    [{ causality: "local", initial: "approx" }],
  ] as const)("nothing against %j", (more) => {
    expect(whyNotSettable(variable("Float64", more))).toBeUndefined();
  });
});
