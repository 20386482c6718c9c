import { expect, test } from "vitest";
import { timeAxis } from "../../src/plots/time-axis.ts";

test.each([
  [5, "s", [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5]],
  [600, "min", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
  [86_400, "h", [0, 3, 6, 9, 12, 15, 18, 21, 24]],
  [7 * 86_400, "d", [0, 1, 2, 3, 4, 5, 6, 7]],
] as const)("timeAxis tells %d s in %s", (span, unit, ticks) => {
  const axis = timeAxis(0, span, 10);
  expect(axis.unit).toBe(unit);
  expect(axis.ticks).toEqual(ticks);
});

test("timeAxis has ticks inside a span that begins anywhere", () => {
  expect(timeAxis(86_400 * 0.5, 86_400, 8)).toEqual({
    unit: "h",
    seconds: 3600,
    ticks: [12, 14, 16, 18, 20, 22, 24],
  });
});

test("timeAxis has no more ticks for a year than for a day", () => {
  const { unit, ticks } = timeAxis(0, 365 * 86_400, 10);
  expect(unit).toBe("d");
  expect(ticks.length).toBeLessThanOrEqual(11);
});
