import { expect, test } from "vitest";
import { foldTracebacks } from "../../src/logs/traceback.ts";
import { logEntries, logEntry } from "./entries.ts";

const TRACEBACK = [
  "Traceback (most recent call last):",
  '  File "/root/main.py", line 3, in main',
  "    run()",
  '  File "/root/sv_fmi/modal_app.py", line 12, in <module>',
  "    import fmpy",
  "    ^^^^^^^^^^^",
  "ModuleNotFoundError: No module named 'fmpy'",
];
const FOLDED = [
  "ModuleNotFoundError: No module named 'fmpy'",
  "  at /root/sv_fmi/modal_app.py:12 in <module>: import fmpy",
  "  at /root/main.py:3 in main: run()",
];

const fold = (texts: readonly string[]) => foldTracebacks(logEntries(texts)).map(({ text }) => text);

test("foldTracebacks puts the error first and the last frame next", () => {
  expect(fold(["before", ...TRACEBACK, "after"])).toEqual(["before", ...FOLDED, "after"]);
});

test("foldTracebacks shows one that comes again by its error alone", () => {
  const again = "ModuleNotFoundError: No module named 'fmpy' (the same traceback as above)";
  expect(fold([...TRACEBACK, "between", ...TRACEBACK])).toEqual([...FOLDED, "between", again]);
});

test("foldTracebacks bounds the frames", () => {
  const frames = Array.from({ length: 30 }, (_, index) => `  File "a.py", line ${index}, in f${index}`);
  const folded = fold(["Traceback (most recent call last):", ...frames, "RecursionError: deep"]);
  expect(folded).toHaveLength(10);
  expect(folded[1]).toBe("  at a.py:29 in f29");
  expect(folded.at(-1)).toBe("  … 22 more frames");
});

test("foldTracebacks leaves one that has no end, or that another stream interrupts, as it is", () => {
  const cut = TRACEBACK.slice(0, 4);
  expect(fold(cut)).toEqual(cut);
  const entries = logEntries(TRACEBACK);
  entries.splice(3, 0, logEntry("out", 2, { source: "stderr" }));
  expect(foldTracebacks(entries)).toHaveLength(entries.length);
});
