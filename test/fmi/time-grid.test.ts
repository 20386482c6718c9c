import { describe, expect, test } from "vitest";
import {
  countPoints,
  createTimeGrid,
  gridTime,
  isRecorded,
  isUniform,
  stepBetween,
} from "../../src/fmi/time-grid.ts";

describe("createTimeGrid", () => {
  test.each([
    [0, 1, 0.1, 10],
    [0, 1, 0.3, 4],
    [0, 3, 0.1, 30],
    [-1, 1, 0.5, 4],
    [0, 1, 5, 1],
    [0, 1e6, 1 / 60, 60_000_000],
    [2, 2, 0.1, 0],
  ])("from %d to %d in steps of %d takes %d steps", (start, stop, step, steps) => {
    expect(createTimeGrid(start, stop, step).steps).toBe(steps);
  });
});

test("isUniform tells a shorter last step", () => {
  expect(isUniform(createTimeGrid(0, 3, 0.1))).toBe(true);
  expect(isUniform(createTimeGrid(0, 1, 0.3))).toBe(false);
});

test("gridTime computes each point, and the last is the stop time itself", () => {
  const grid = createTimeGrid(0, 3, 0.1);
  expect(gridTime(grid, 7)).toBe(7 * 0.1);
  expect(gridTime(grid, 30)).toBe(3);
});

test("stepBetween gives the nominal size for every step of a long run at 60 Hz", () => {
  const grid = createTimeGrid(0, 1000, 1 / 60);
  for (let k = 1; k < grid.steps; k++) {
    expect(stepBetween(grid, gridTime(grid, k - 1), gridTime(grid, k))).toBe(1 / 60);
  }
});

test("stepBetween never passes the stop time", () => {
  const grid = createTimeGrid(0, 0.95, 0.1);
  expect(0.9 + stepBetween(grid, 0.9, 0.95)).toBeLessThanOrEqual(0.95);
});

test("countPoints holds every recorded point, the start and one more", () => {
  for (const stepsPerPoint of [1, 3, 7, 100]) {
    const grid = createTimeGrid(0, 1, 0.1);
    let rows = 1;
    for (let k = 1; k <= grid.steps; k++) if (isRecorded(grid, k, stepsPerPoint)) rows += 1;
    expect(countPoints(grid, stepsPerPoint)).toBeGreaterThanOrEqual(rows + 1);
  }
});
