import { expect, test } from "vitest";
import { collapseRepeats } from "../../src/logs/collapse.ts";
import { logEntry } from "./entries.ts";

const collapse = (texts: readonly string[]) => {
  const { lines, collapsed } = collapseRepeats(texts.map((text) => ({ entry: logEntry(text), text })));
  return { texts: lines.map(({ text }) => text), collapsed };
};

test("collapseRepeats shows a line that comes again and again once, with how often", () => {
  expect(collapse(["a", ...Array(42).fill("b"), "c"])).toEqual({
    texts: ["a", "b", "… repeated 41 times", "c"],
    collapsed: true,
  });
});

test("collapseRepeats does not mind the times that loggers write", () => {
  const lines = [1, 2, 3].map((second) => `2026-01-01 00:00:0${second},123 [INFO] waiting`);
  expect(collapse(lines).texts).toEqual([lines[0], "… repeated 2 times"]);
});

test("collapseRepeats finds groups of lines", () => {
  const texts = Array(5).fill(["step", "done"]).flat();
  expect(collapse(["a", ...texts]).texts).toEqual([
    "a",
    "step",
    "done",
    "… the last 2 lines repeated 4 times",
  ]);
});

test.each([[["a", "a", "b"]], [["a", "b", "a", "b"]], [["value 1", "value 2", "value 3"]], [[]]])(
  "collapseRepeats leaves %j as it is",
  (texts) => {
    expect(collapse(texts)).toEqual({ texts, collapsed: false });
  },
);

test("collapseRepeats tells the lines of calls and streams apart", () => {
  const lines = ["fc-1", "fc-2", "fc-3"].map((functionCallId) => ({
    entry: logEntry("a", 0, { functionCallId }),
    text: "a",
  }));
  expect(collapseRepeats(lines).collapsed).toBe(false);
});
