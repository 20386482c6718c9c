import { expect, test } from "vitest";
import { KeptLines } from "../../src/runner/kept-lines.ts";

test("KeptLines keeps all that fits", () => {
  const kept = new KeptLines(20);
  for (const line of ["one", "two", "three"]) kept.add(line);
  expect(kept.lines).toEqual(["one", "two", "three"]);
});

test("KeptLines keeps the first and the last of a flood, and says how many are left out", () => {
  const kept = new KeptLines(40);
  for (let i = 0; i < 100_000; i++) kept.add(`line ${String(i).padStart(5, "0")}`);
  expect(kept.lines).toEqual([
    "line 00000",
    "line 00001",
    "... 99996 lines left out ...",
    "line 99998",
    "line 99999",
  ]);
});

test("KeptLines leaves out a line that is too long alone", () => {
  const kept = new KeptLines(10);
  kept.add("x".repeat(6));
  kept.add("end");
  expect(kept.lines).toEqual(["... 1 line left out ...", "end"]);
});
