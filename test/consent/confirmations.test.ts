import { expect, test } from "vitest";
import { createConfirmations } from "../../src/consent/confirmations.ts";

const MINUTE = 60_000;

test("createConfirmations makes values that hold for their subject alone, for ten minutes", () => {
  let now = 1_000_000;
  const confirmations = createConfirmations(() => now);
  const value = confirmations.issue("remove a");
  expect(confirmations.holds(value, "remove a")).toBe(true);
  expect(confirmations.holds(value, "remove b")).toBe(false);
  now += 10 * MINUTE - 1;
  expect(confirmations.holds(value, "remove a")).toBe(true);
  now += 1;
  expect(confirmations.holds(value, "remove a")).toBe(false);
});

test("createConfirmations refuses a value with its time changed, and what another process made", () => {
  const confirmations = createConfirmations(() => 1_000_000);
  const value = confirmations.issue("x");
  const [, about, signature] = value.split(".");
  const later = `${(10 ** 12).toString(36)}.${about}.${signature}`;
  expect([confirmations.isOurs(value), confirmations.isOurs(later)]).toEqual([true, false]);
  expect(confirmations.holds(later, "x")).toBe(false);
  expect(confirmations.holds(createConfirmations(() => 1_000_000).issue("x"), "x")).toBe(false);
  for (const text of ["", ".", "a.b", "a.b.c"]) expect(confirmations.holds(text, "x")).toBe(false);
});
