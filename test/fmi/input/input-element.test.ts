import { expect, test } from "vitest";
import { findElement } from "../../../src/fmi/description/variable-element.ts";
import { isHeld, whyNotDriven } from "../../../src/fmi/input/input-element.ts";
import { planModel } from "../../support/plan-model.ts";

const MODEL = planModel();

test.each([
  ["temperature", "temperature", 0],
  ["matrix[1,1]", "matrix", 0],
  ["matrix[2,1]", "matrix", 3],
  ["matrix", "matrix", 0],
])("findElement finds %s", (key, name, index) => {
  const found = findElement(MODEL, key);
  expect([found?.variable.name, found?.index]).toEqual([name, index]);
});

test.each(["matrix[3,1]", "matrix[1]", "temperature[1]", "absent", "absent[1]"])(
  "findElement finds nothing for %s",
  (key) => {
    expect(findElement(MODEL, key)).toBeUndefined();
  },
);

test.each([
  ["temperature", undefined],
  ["gain", undefined],
  ["on", undefined],
  ["g", "constant"],
  ["h", "calculates"],
  ["text", "String"],
  ["size", "structural"],
  ["time", "independent"],
  ["tick", "Clock"],
])("whyNotDriven says of %s: %s", (name, why) => {
  const variable = findElement(MODEL, name)?.variable;
  if (variable === undefined) throw new Error(name);
  if (why === undefined) expect(whyNotDriven(variable)).toBeUndefined();
  else expect(whyNotDriven(variable)).toContain(why);
});

test.each([
  ["temperature", false],
  ["small", false],
  ["gain", true],
  ["int_in", true],
  ["on", true],
  ["mode", true],
])("isHeld of %s is %s", (name, held) => {
  expect(MODEL.variables.filter((each) => each.name === name).map(isHeld)).toEqual([held]);
});
