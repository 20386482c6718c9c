import { expect, test } from "vitest";
import { dayOfRun, isFinished, isRunId, newRunId, resultKeptUntil } from "../../src/runs/record.ts";
import { runRecord } from "../support/run-records.ts";

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

test("dayOfRun is the day that newRunId put in", () => {
  expect(dayOfRun(newRunId(new Date("2031-02-03T23:59:59Z")))).toBe("20310203");
});

test("resultKeptUntil is seven days for an unfinished run on Modal, and nothing for others", () => {
  const created = { created_at: "2026-11-23T12:00:00.000Z" };
  expect(resultKeptUntil(runRecord({ ...created, endpoint: "modal" }))).toBe("2026-11-30T12:00:00.000Z");
  expect(resultKeptUntil(runRecord(created))).toBeUndefined();
  expect(resultKeptUntil(runRecord({ ...created, endpoint: "modal", status: "success" }))).toBeUndefined();
});
