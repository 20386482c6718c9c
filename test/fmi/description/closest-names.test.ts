import { expect, test } from "vitest";
import { findClosestNames } from "../../../src/fmi/description/closest-names.ts";

test("findClosestNames puts a difference in case before a misspelling", () => {
  expect(findClosestNames("height", ["heigth", "weight", "Height", "velocity"])).toEqual([
    "Height",
    "weight",
    "heigth",
  ]);
});

test("findClosestNames finds nothing for a name that is like none", () => {
  expect(findClosestNames("x", ["velocity", "height"])).toEqual([]);
  expect(findClosestNames("pressure", [])).toEqual([]);
});

test("findClosestNames returns no more than asked", () => {
  expect(findClosestNames("in1", ["in2", "in3", "in4", "in5"], 2)).toEqual(["in2", "in3"]);
});
