import { expect, test } from "vitest";
import { isFinished, isRunId, newRunId } from "../../src/runs/record.ts";

test("newRunId holds the day and ten random letters", () => {
  expect(newRunId(new Date("2031-02-03T23:59:59Z"))).toMatch(/^run-20310203-[a-z2-7]{10}$/);
  expect(new Set(Array.from({ length: 1000 }, () => newRunId())).size).toBe(1000);
});

test("isRunId takes what newRunId makes and no path", () => {
  expect(isRunId(newRunId())).toBe(true);
  for (const text of [
    "",
    "../x",
    "run-20310203-abcdefghij/..",
    "run-20310203-abcdefghij\n",
    "run-20310203-ABCDEFGHIJ",
  ])
    expect(isRunId(text)).toBe(false);
});

test("isFinished holds for all but running", () => {
  expect(isFinished({ status: "running" })).toBe(false);
  expect(isFinished({ status: "interrupted" })).toBe(true);
});
