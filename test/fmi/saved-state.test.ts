import { expect, test } from "vitest";
import { countElements } from "../../src/fmi/description/dimensions.ts";
import { joinState, readStateHeader, savedSizes, sizesToSave } from "../../src/fmi/saved-state.ts";
import { resizeDescription } from "../../src/fmi/structural-parameters.ts";
import { planModel } from "../support/plan-model.ts";

test("a saved state brings the sizes of arrays along, those of a bigint too", () => {
  const sized = resizeDescription(planModel(), new Map([["size", [3n]]]));
  const header = { token: "t", interfaceType: "co_simulation" as const, time: 1, loop: null };
  const saved = joinState({ ...header, sizes: sizesToSave(sized) }, new Uint8Array([1, 10, 2]));
  const resized = resizeDescription(planModel(), savedSizes(readStateHeader(saved)));
  const array = resized.variables.find(({ name }) => name === "sized");
  expect(array && countElements(array, resized)).toBe(3);
});
