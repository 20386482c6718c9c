import { expect, inject, test } from "vitest";

test("scripts/build.mjs builds dist", () => {
  expect(inject("buildFailure")).toBe("");
});
