import { describe, expect, test } from "vitest";
import { type IsoTime, parseIsoTime, secondsBetween } from "../../src/inputs/iso-time.ts";

const read = (text: string) => parseIsoTime(text) as IsoTime;

describe("parseIsoTime", () => {
  test.each([
    ["2026-01-31", "2026-01-31T00:00:00Z", false],
    ["2026-01-31T12:00", "2026-01-31T12:00:00Z", false],
    ["2026-01-31 12:00:05", "2026-01-31T12:00:05Z", false],
    ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z", true],
    ["2026-01-31T12:00:00+01:30", "2026-01-31T10:30:00Z", true],
    ["2026-01-31T12:00:00-0800", "2026-01-31T20:00:00Z", true],
    ["2026-01-31T24:00:00", "2026-02-01T00:00:00Z", false],
    ["2028-02-29T00:00:00", "2028-02-29T00:00:00Z", false],
  ])("reads %s", (text, same, hasZone) => {
    expect(read(text)).toEqual({ seconds: Date.parse(same) / 1000, fraction: 0, hasZone });
  });

  test.each(["2026-02-30", "2026-13-01", "2026-01-31T25:00", "2026-01-31T12:61", "31.01.2026", "12:00", ""])(
    "finds no date in %j",
    (text) => {
      expect(parseIsoTime(text)).toBeUndefined();
    },
  );
});

test("secondsBetween keeps the digits of a fraction", () => {
  expect(secondsBetween(read("2026-01-31T12:00:00"), read("2026-01-31T12:00:01.0000001"))).toBe(1.0000001);
});
