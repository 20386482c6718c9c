import { describe, expect, test } from "vitest";
import { mergeEntries, searchEntries, viewEntries, writeOut } from "../../src/logs/log-view.ts";
import { logEntries, logEntry } from "./entries.ts";

const textsOf = (lines: readonly string[]) => lines.map((line) => line.split(" ").slice(2).join(" "));

describe("mergeEntries", () => {
  test("puts stdout, stderr and events in time order", () => {
    const merged = mergeEntries(
      [logEntry("a", 1), logEntry("c", 3)],
      [logEntry("b", 2, { source: "stderr" }), logEntry("", 0, { source: "system", event: "Loading image" })],
    );
    expect(merged.map(({ event, text }) => event ?? text)).toEqual(["Loading image", "a", "b", "c"]);
  });

  test("keeps what two lists share once, and what one list has twice twice", () => {
    const twice = [logEntry("a", 1), logEntry("a", 1)];
    expect(mergeEntries(twice, [logEntry("a", 1), logEntry("b", 2)]).map(({ text }) => text)).toEqual([
      "a",
      "a",
      "b",
    ]);
  });
});

describe("searchEntries", () => {
  const entries = logEntries(["1", "2", "Error: x", "4", "5", "6", "7", "an error", "9"]);

  test("finds lines in any case", () => {
    expect(searchEntries(entries, "error", 0).map(({ text }) => text)).toEqual(["Error: x", "an error"]);
    expect(searchEntries(entries, "nothing", 3)).toEqual([]);
  });

  test("shows lines around, and gaps between", () => {
    const found = searchEntries(entries, "ERROR", 1).map(({ event, text }) => event ?? text);
    expect(found).toEqual(["2", "Error: x", "4", "…", "7", "an error", "9"]);
  });
});

describe("viewEntries", () => {
  test("names the calls where asked to", () => {
    const other = logEntry("b", 1, { functionCallId: "fc-2", source: "stderr" });
    expect(viewEntries([logEntry("a"), other], 10, true).lines).toEqual([
      "2026-01-01T00:00:00.000Z stdout fc-1 a",
      "2026-01-01T00:00:00.001Z stderr fc-2 b",
    ]);
    expect(viewEntries([logEntry("a")], 10, false)).toEqual({
      lines: ["2026-01-01T00:00:00.000Z stdout a"],
      isPartial: false,
    });
  });

  test("keeps the newest lines, and says that it is not all", () => {
    const { lines, isPartial } = viewEntries(logEntries(["a", "b", "c"]), 2, false);
    expect({ texts: textsOf(lines), isPartial }).toEqual({ texts: ["b", "c"], isPartial: true });
  });

  test("bounds lines and the whole", () => {
    const long = viewEntries([logEntry("x".repeat(5000))], 10, false);
    expect(long.isPartial).toBe(true);
    expect(long.lines[0]?.length).toBeLessThan(1100);
    const many = viewEntries(
      logEntries(Array.from({ length: 5000 }, (_, index) => `line ${index} ${"y".repeat(40)}`)),
      5000,
      false,
    );
    expect(many.lines.join("").length).toBeLessThan(31_000);
    expect(many.lines.at(-1)).toContain("line 4999");
  });

  test("keeps what would end the line or turn it around in its line", () => {
    const { lines } = viewEntries([logEntry("a\r\nFAIL  server: \u202egnp")], 10, false);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("\\u000d\\nFAIL  server: \\u202e");
  });
});

test("writeOut has every line as it was", () => {
  const text = writeOut(logEntries(["a", "a", "a", "x".repeat(3000)]));
  expect(text.split("\n").map((line) => line.length)).toEqual([38, 38, 38, 3037, 0]);
});
