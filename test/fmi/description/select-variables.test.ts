import { expect, test } from "vitest";
import { selectVariables } from "../../../src/fmi/description/select-variables.ts";
import { planModel } from "../../support/plan-model.ts";

const select = (...wanted: string[]) => selectVariables(planModel(), wanted);

test("selectVariables takes names and patterns, each variable once, in the order asked for", () => {
  expect(select("v", "*_in", "int_in").names).toEqual(["v", "int_in", "byte_in", "long_in", "ulong_in"]);
});

test("selectVariables leaves Clocks out of patterns, not out of names", () => {
  expect(select("t*").names).not.toContain("tick");
  expect(select("tick").names).toEqual(["tick"]);
});

test("selectVariables takes a dot, a bracket and a parenthesis as they are", () => {
  expect(select("m.*", "g(*", "[*").unknown).toEqual(["m.*", "g(*", "[*"]);
});
