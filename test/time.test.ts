import { describe, expect, test } from "vitest";
import { parseTime } from "../src/time.ts";
import { catchToolError } from "./support/catch-tool-error.ts";

const NOW = new Date("2026-03-01T12:00:00Z");

const parse = (text: string) => parseTime(text, "since", NOW).toISOString();

describe("parseTime reads", () => {
  test.each([
    ["30s", "2026-03-01T11:59:30.000Z"],
    ["10m", "2026-03-01T11:50:00.000Z"],
    ["1.5 h", "2026-03-01T10:30:00.000Z"],
    [" 7d ", "2026-02-22T12:00:00.000Z"],
    ["2026-01-31", "2026-01-31T00:00:00.000Z"],
    ["2026-01-31T08:15", "2026-01-31T08:15:00.000Z"],
    ["2026-01-31 08:15:30", "2026-01-31T08:15:30.000Z"],
    ["2026-01-31T08:15:30.25Z", "2026-01-31T08:15:30.250Z"],
    ["2026-01-31T08:15:30+02:00", "2026-01-31T06:15:30.000Z"],
    ["2026-01-31T08:15:30-0130", "2026-01-31T09:45:30.000Z"],
    ["2028-02-29", "2028-02-29T00:00:00.000Z"],
  ])("%s", (text, time) => {
    expect(parse(text)).toBe(time);
  });
});

describe("parseTime refuses", () => {
  test.each([
    "",
    "yesterday",
    "10",
    "10 minutes",
    "-10m",
    "2026",
    "2026-13-01",
    "2026-02-30",
    "2026-02-30T10:00:00Z",
    "2026-01-31T25:00",
    "2026-01-31T08:15:30Z and more",
    "999999999999999d",
    "1".repeat(400),
  ])("%j", async (text) => {
    const error = await catchToolError(() => parse(text));
    expect(error).toMatchObject({ code: "invalid_argument" });
    expect(error.message).toContain("since");
    expect(error.message.length).toBeLessThan(200);
    expect(error.remedy).toContain("`since`");
  });
});
