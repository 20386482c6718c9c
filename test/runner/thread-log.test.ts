import { expect, test } from "vitest";
import { readThreadLog } from "../../src/runner/thread-log.ts";

test("readThreadLog takes apart what the importer's C part writes, and nothing else", () => {
  expect(readThreadLog("\u001ffmu-log\u001f3\u001flogStatusError\u001fno #r1#: 100 %")).toEqual({
    ...{ status: "error", category: "logStatusError", text: "no #r1#: 100 %" },
  });
  expect(readThreadLog("\u001ffmu-log\u001f0\u001f\u001f")).toEqual({ status: "ok", category: "", text: "" });
  for (const line of ["", "fmu-log 3 a b", "a complaint", "\u001ffmu-log\u001fx\u001f\u001f"])
    expect(readThreadLog(line)).toBeUndefined();
});
