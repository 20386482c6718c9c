import { describe, expect, test } from "vitest";
import type { BaseUnit, UnitDefinition } from "../../../src/fmi/description/model-description.ts";
import { parseUnitExpression } from "../../../src/fmi/units/unit-expression.ts";
import { listUnitSymbols } from "../../../src/fmi/units/unit-table.ts";
import { convertToUnit, listCompatibleUnits, parseQuantity } from "../../../src/fmi/units/units.ts";
import { catchToolError } from "../../support/catch-tool-error.ts";

const NONE = new Map<string, UnitDefinition>();
const ZERO: BaseUnit = { ...{ kg: 0, m: 0, s: 0, A: 0, K: 0, mol: 0, cd: 0, rad: 0 }, factor: 1, offset: 0 };

function define(
  name: string,
  base: Partial<BaseUnit> | undefined,
  display: Record<string, { factor?: number; offset?: number; inverse?: boolean }> = {},
): [string, UnitDefinition] {
  const displayUnits = new Map(
    Object.entries(display).map(([each, rest]) => [each, { factor: 1, offset: 0, inverse: false, ...rest }]),
  );
  return [name, { name, baseUnit: base && { ...ZERO, ...base }, displayUnits }];
}

describe("convertToUnit converts", () => {
  test.each([
    [40, "degC", "K", 313.15],
    [40, "°C", "K", 313.15],
    [40, "℃", "K", 313.15],
    [212, "degF", "degC", 100],
    [300, "K", "degC", 26.85],
    [1, "bar", "Pa", 100_000],
    [5, "mbar", "hPa", 5],
    [1, "atm", "kPa", 101.325],
    [1, "psi", "Pa", 6894.75729316836],
    [2, "h", "s", 7200],
    [2, "d", "h", 48],
    [90, "min", "h", 1.5],
    [1, "kWh", "MJ", 3.6],
    [1, "kW.h", "J", 3_600_000],
    [1, "BTU", "J", 1055.05585262],
    [1, "kcal", "J", 4184],
    [3000, "rpm", "rad/s", 314.159265358979],
    [3000, "rev/min", "rpm", 3000],
    [180, "deg", "rad", Math.PI],
    [36, "km/h", "m/s", 10],
    [36, "km/h", "m.s-1", 10],
    [60, "mph", "km/h", 96.56064],
    [3.6, "m3/h", "l/s", 1],
    [60, "L/min", "m³/s", 0.001],
    [1, "t", "kg", 1000],
    [1, "lb", "g", 453.59237],
    [12, "in", "ft", 1],
    [70, "%", "1", 0.7],
    [1, "hp", "W", 745.69987158227],
    [5, "kNm", "N.m", 5000],
    [10, "kΩ", "Ohm", 10_000],
    [5, "µm", "um", 5],
    [2, "W/(m2.K)", "W/(m²·K)", 2],
    [2, "W/(m^2*degC)", "W/(m2.K)", 2],
    [2, "kJ/kg/K", "J/(kg.K)", 2000],
    [9.81, "m/s**2", "m.s-2", 9.81],
    [1, "kW h", "kWh", 1],
    [1, "1/min", "Hz", 0.0166666666666667],
    [7.5, "l/(100 km)", "l/km", 0.075],
  ])("%d %s to %s", (value, from, to, expected) => {
    expect(convertToUnit(value, from, to, NONE)).toBeCloseTo(expected, 10);
    expect(convertToUnit(expected, to, from, NONE) / value).toBeCloseTo(1, 9);
  });

  test("a value to its own unit without touching it, known or not", () => {
    expect(convertToUnit(0.1 + 0.2, "K", "K", NONE)).toBe(0.1 + 0.2);
    expect(convertToUnit(Math.PI, "J", "N.m", NONE)).toBe(Math.PI);
    expect(convertToUnit(5, "EUR", " EUR ", NONE)).toBe(5);
  });

  test("C and F as temperatures where one is wanted, else as coulomb and farad", () => {
    expect(convertToUnit(40, "C", "K", NONE)).toBe(313.15);
    expect(convertToUnit(212, "F", "degC", NONE)).toBe(100);
    expect(convertToUnit(1, "C", "A.s", NONE)).toBe(1);
    expect(convertToUnit(1, "F", "C/V", NONE)).toBe(1);
  });

  test("without leaving noise in the last digit", () => {
    expect(convertToUnit(70, "%", "1", NONE)).toBe(0.7);
    expect(convertToUnit(40, "degC", "K", NONE)).toBe(313.15);
  });

  test("a difference of temperatures without offset", () => {
    expect(convertToUnit(5, "degC", "K", NONE, { relative: true })).toBe(5);
    expect(convertToUnit(9, "degF", "K", NONE, { relative: true })).toBe(5);
  });
});

describe("convertToUnit takes the FMU's own definitions first", () => {
  test("display units: display = factor * unit + offset", () => {
    const definitions = new Map([
      define("K", { K: 1 }, { "deg C": { offset: -273.15 }, degF: { factor: 1.8, offset: -459.67 } }),
    ]);
    expect(convertToUnit(40, "deg C", "K", definitions)).toBe(313.15);
    expect(convertToUnit(212, "degF", "K", definitions)).toBeCloseTo(373.15, 10);
    expect(convertToUnit(212, "degF", "deg C", definitions)).toBeCloseTo(100, 10);
    expect(convertToUnit(5, "deg C", "K", definitions, { relative: true })).toBe(5);
  });

  test("inverse display units: display = factor / unit", () => {
    const definitions = new Map([define("m3/m", { m: 2 }, { "km/l": { factor: 1e-6, inverse: true } })]);
    expect(convertToUnit(20, "km/l", "m3/m", definitions)).toBe(5e-8);
    expect(convertToUnit(5e-8, "m3/m", "km/l", definitions)).toBe(20);
  });

  test("a name that means something else elsewhere", () => {
    const definitions = new Map([define("bar", { kg: 1, m: -1, s: -2, factor: 7 })]);
    expect(convertToUnit(1, "bar", "Pa", definitions)).toBe(7);
  });

  test("a display unit that several units share, by the unit it is converted to", () => {
    const definitions = new Map([
      define("a", { m: 1 }, { x: { factor: 10 } }),
      define("b", { kg: 1 }, { x: { factor: 2 } }),
    ]);
    expect(convertToUnit(20, "x", "a", definitions)).toBe(2);
    expect(convertToUnit(20, "x", "b", definitions)).toBe(10);
  });

  test("a unit without a base unit: as it is commonly known, else like nothing but its own display units", async () => {
    const definitions = new Map([define("K", undefined), define("EUR", undefined, { ct: { factor: 100 } })]);
    expect(convertToUnit(40, "degC", "K", definitions)).toBe(313.15);
    expect(convertToUnit(50, "ct", "EUR", definitions)).toBe(0.5);
    expect((await catchToolError(() => convertToUnit(1, "%", "EUR", definitions))).remedy).toBe(
      "Give the value in EUR or ct.",
    );
  });

  test("a radian the FMU leaves out is put back, so that Hz and rad/s stay apart", async () => {
    const definitions = new Map([define("rad/s", { s: -1 })]);
    expect(convertToUnit(60, "rpm", "rad/s", definitions)).toBeCloseTo(2 * Math.PI, 10);
    await catchToolError(() => convertToUnit(50, "Hz", "rad/s", definitions));
  });
});

describe("convertToUnit refuses", () => {
  const refuse = (from: string, to: string, definitions = NONE) =>
    catchToolError(() => convertToUnit(1, from, to, definitions));

  test("another dimension, naming both units and those that would do", async () => {
    const error = await refuse("kg", "K");
    expect(error.code).toBe("invalid_argument");
    expect(error.message).toContain('"kg"');
    expect(error.message).toContain('"K"');
    expect(error.remedy).toBe("Give the value in K, degC or degF.");
  });

  test.each([
    ["Hz", "rad/s"],
    ["deg", "1"],
    ["N.m", "N"],
    ["J", "W"],
    ["C", "V"],
    ["degC", "W/K"],
  ])("%s for %s", async (from, to) => {
    expect((await refuse(from, to)).message).toContain("do not measure the same quantity");
  });

  test("a unit not known, with suggestions", async () => {
    expect((await refuse("degc", "K")).remedy).toContain("Write the unit as degC");
    expect((await refuse("kw", "W")).remedy).toContain("Write the unit as kW");
    expect((await refuse("kj/kg", "J/kg")).message).toContain('"kj" is not a unit');
    const own = new Map([define("Zloty", undefined, { Grosz: { factor: 100 } })]);
    expect((await refuse("grosz", "Zloty", own)).remedy).toContain("Grosz");
  });

  test("a target that nobody defines, by asking for a plain number", async () => {
    const error = await refuse("kg", "widgets");
    expect(error.message).toContain('"widgets"');
    expect(error.remedy).toContain("plain number");
  });

  test.each([
    ["W/m2.K", "needs brackets"],
    ["(m", "not closed"],
    ["m/", "a unit is missing"],
    ["m)", "not expected"],
    ["(degC)", "stands alone"],
    ["0 K", "factor of 0"],
    ["(".repeat(5000), "too long"],
  ])("%s, which cannot be read", async (from, reason) => {
    expect((await refuse(from, "K")).message).toContain(reason);
  });
});

describe("parseQuantity", () => {
  test.each([
    ["40 degC", 40, "degC"],
    ["  -1.5e-3kW ", -0.0015, "kW"],
    ["5e3K", 5000, "K"],
    [".5 %", 0.5, "%"],
    ["20°C", 20, "°C"],
    ["3 1/s", 3, "1/s"],
    ["2 (m/s)", 2, "(m/s)"],
    ["+7 W/(m2.K)", 7, "W/(m2.K)"],
    ["5 eV", 5, "eV"],
  ])("reads %j", (text, value, unit) => {
    expect(parseQuantity(text)).toEqual({ value, unit });
  });

  test.each([
    "",
    "5",
    "5e3",
    "-1.5E-3",
    "abc",
    "degC 40",
    "1e999 K",
    "5,3 K",
    "5 3",
    "NaN K",
    "1.2.3 K",
    `${"1".repeat(100_000)}x`,
  ])("finds no number with a unit in %j", (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });
});

test("parseUnitExpression knows every symbol it suggests", () => {
  const unknown = listUnitSymbols().filter((symbol) => "problem" in parseUnitExpression(symbol));
  expect(unknown).toEqual([]);
});

test("listCompatibleUnits names the FMU's own units first", () => {
  const definitions = new Map([
    define("K", { K: 1 }, { "deg C": { offset: -273.15 } }),
    define("m", { m: 1 }),
  ]);
  expect(listCompatibleUnits("K", definitions)).toEqual(["K", "deg C", "degC", "degF"]);
});
