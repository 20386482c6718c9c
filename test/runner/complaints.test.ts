import { expect, test } from "vitest";
import { Complaints } from "../../src/runner/complaints.ts";

function tell(...messages: [status: string, text: string][]): string[] {
  const complaints = new Complaints();
  for (const [status, text] of messages) complaints.note(status, text);
  return complaints.tell();
}

test("Complaints says nothing of messages that are none", () => {
  expect(tell(["ok", "fine"], ["pending", "later"])).toEqual([]);
});

test("Complaints counts warnings and errors, and repeats the first", () => {
  expect(tell(["ok", "fine"], ["warning", "hot\n"])).toEqual(["The FMU's log has a warning or error: hot"]);
  expect(tell(["error", "worse"], ["warning", "hot"])).toEqual([
    "The FMU's log has 2 warnings or errors, the first: worse",
  ]);
});

test("Complaints cuts a long text", () => {
  expect(tell(["warning", "x".repeat(500)])[0]).toHaveLength(
    "The FMU's log has a warning or error: ".length + 301,
  );
});
