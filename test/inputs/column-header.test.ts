import { expect, test } from "vitest";
import { parseColumnHeader } from "../../src/inputs/column-header.ts";

test.each([
  ["T_out [degC]", "T_out", "degC"],
  ["T_out[degC]", "T_out", "degC"],
  ["T_out (degC)", "T_out", "degC"],
  [" load  [W/(m2.K)] ", "load", "W/(m2.K)"],
  ["k (W/(m2.K))", "k", "W/(m2.K)"],
  ["u[1]", "u[1]", undefined],
  ["k[1,2]", "k[1,2]", undefined],
  ["u[1] [K]", "u[1]", "K"],
  ["der(x)", "der(x)", undefined],
  ["der(x) [m/s]", "der(x)", "m/s"],
  ["der(x) (m/s)", "der(x)", "m/s"],
  ["share [-]", "share", "1"],
  ["x []", "x", undefined],
  ["room.T", "room.T", undefined],
  ["(degC)", "(degC)", undefined],
  ["", "", undefined],
])("parseColumnHeader reads %j", (text, name, unit) => {
  expect(parseColumnHeader(text)).toEqual({ name, unit });
});
