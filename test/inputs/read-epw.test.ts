import { describe, expect, test } from "vitest";
import { readEpw } from "../../src/inputs/read-epw.ts";
import { catchToolError } from "../support/catch-tool-error.ts";
import { epwDays, epwFile } from "./epw-file.ts";

const DRY_BULB = 6;
const WIND_DIRECTION = 20;
const DIRECT_NORMAL = 14;
const PRECIPITATION = 33;

const read = (text: string, timeOrigin?: string) => readEpw(text, "site.epw", { timeOrigin });
const refuse = (text: string, timeOrigin?: string) => catchToolError(() => read(text, timeOrigin));

const DAY = epwFile({
  rows: epwDays(1, (hour) => ({
    [DRY_BULB]: hour,
    [DIRECT_NORMAL]: hour * 10,
    [PRECIPITATION]: hour === 3 ? 2 : 0,
    [WIND_DIRECTION]: hour * 10,
  })),
});

describe("readEpw places", () => {
  const { time, columns, notes } = read(DAY);
  const valuesOf = (name: string) => [...(columns.get(name)?.values ?? [])];

  test("time from the start of the first hour to the end of the last", () => {
    expect(time).toHaveLength(25);
    expect([time[0], time[1], time[24]]).toEqual([0, 3600, 86_400]);
  });

  test("values of a moment at the end of their hour", () => {
    expect(valuesOf("dry_bulb_temperature").slice(0, 4)).toEqual([0, 0, 1, 2]);
    expect(valuesOf("dry_bulb_temperature").at(-1)).toBe(23);
    expect(columns.get("dry_bulb_temperature")).toMatchObject({ unit: "degC", interpolation: undefined });
  });

  test("radiation as the mean power of its hour, held over it", () => {
    expect(valuesOf("direct_normal_radiation").slice(0, 3)).toEqual([0, 10, 20]);
    expect(valuesOf("direct_normal_radiation").slice(-2)).toEqual([230, 230]);
    expect(columns.get("direct_normal_radiation")).toMatchObject({ unit: "W/m2", interpolation: "hold" });
    expect(valuesOf("liquid_precipitation_depth").indexOf(2)).toBe(3);
  });

  test("wind direction held from the end of its hour on", () => {
    expect(valuesOf("wind_direction").slice(0, 3)).toEqual([0, 0, 10]);
    expect(columns.get("wind_direction")?.interpolation).toBe("hold");
  });

  test("and says all that", () => {
    expect(notes.join(" ")).toMatch(
      /month 1, day 1, hour 1.*UTC\+1.*end their interval of 3600 s.*held over it/,
    );
  });
});

test("readEpw reads several records an hour as energies of shorter intervals, and warns", () => {
  const rows = Array.from({ length: 8 }, (_, index) => ({
    month: 1,
    day: 1,
    hour: Math.floor(index / 4) + 1,
    values: { [DIRECT_NORMAL]: 100 },
  }));
  const { time, columns } = read(epwFile({ rows, recordsPerHour: 4 }));
  expect([time[1], time[8]]).toEqual([900, 7200]);
  expect(columns.get("direct_normal_radiation")?.values[0]).toBe(400);
  expect(columns.get("direct_normal_radiation")?.warnings.join()).toContain("4 times");
});

describe("readEpw time_origin", () => {
  test.each([
    ["2026-01-02T06:00:00", -30 * 3600],
    ["2026-01-02T05:00:00Z", -30 * 3600],
    ["2026-01-01", 0],
  ])("%s makes the file begin at %d s, whatever the year", (origin, first) => {
    expect(read(epwFile({ rows: epwDays(2, () => ({})) }), origin).time[0]).toBe(first + 0);
  });

  test("prefers the year where the file has it", () => {
    const day = (year: number) => epwDays(1, () => ({})).map((row) => ({ ...row, year, month: 12, day: 31 }));
    const next = epwDays(364, () => ({})).map((row) => ({ ...row, year: 2006 }));
    const text = epwFile({ rows: [...day(2005), ...next, ...day(2006)] });
    expect(read(text, "2006-12-31").time[0]).toBe(-365 * 86_400);
    expect(read(text, "2005-12-31").time[0]).toBe(0);
  });

  test("counts from midnight where the file begins later in the day", () => {
    const text = epwFile({ rows: epwDays(2, () => ({})).slice(6) });
    expect(read(text, "2026-01-01").time[0]).toBe(6 * 3600);
    expect(read(text, "2026-01-02T01:30:00").time[0]).toBe(-19.5 * 3600);
  });

  test("outside the file is refused", async () => {
    expect((await refuse(DAY, "2026-07-01")).message).toContain("month 7, day 1");
  });
});

describe("readEpw fills missing values", () => {
  test("of a moment by a straight line, with the count and the longest gap", () => {
    const given: Record<number, number> = { 0: 1, 4: 5, 6: 7 };
    const { columns } = read(
      epwFile({
        rows: epwDays(1, (hour) => (hour in given || hour > 6 ? { [DRY_BULB]: given[hour] ?? 0 } : {})),
      }),
    );
    const column = columns.get("dry_bulb_temperature");
    expect([...(column?.values ?? [])].slice(1, 8)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(column?.warnings.join()).toMatch(/4 missing values, the longest gap 3 in a row/);
  });

  test("of an interval by the value before", () => {
    const rows = epwDays(1, (hour) => (hour === 2 ? {} : { [DIRECT_NORMAL]: hour * 10 }));
    expect(
      [...(read(epwFile({ rows })).columns.get("direct_normal_radiation")?.values ?? [])].slice(0, 4),
    ).toEqual([0, 10, 10, 30]);
  });

  test("never of a column without any", () => {
    const problem = read(DAY).columns.get("relative_humidity")?.problem;
    expect(problem?.message).toContain("relative_humidity");
    expect(read(DAY).columns.get("dry_bulb_temperature")?.problem).toBeUndefined();
  });

  test("and tells a value that is no number by its line", () => {
    const rows = epwDays(1, (hour) => ({ [DRY_BULB]: hour === 2 ? "warm" : 1 }));
    expect(read(epwFile({ rows })).columns.get("dry_bulb_temperature")?.problem?.message).toContain(
      'line 11, column "dry_bulb_temperature": "warm"',
    );
  });
});

describe("readEpw refuses", () => {
  const rows = epwDays(2, () => ({}));

  test.each([
    ["a file of another kind", "time,T\n0,1\n", "line 1 does not begin with LOCATION"],
    ["no rows", epwFile({ rows: [] }), "no data rows"],
    ["several data periods", epwFile({ rows, periods: 2 }), "2 data periods"],
    [
      "a missing hour",
      epwFile({ rows: rows.filter((_, index) => index !== 5) }),
      "line 14 (month 1, day 1, hour 7)",
    ],
    [
      "a missing day",
      epwFile({ rows: [...rows.slice(0, 24), ...epwDays(3, () => ({})).slice(48)] }),
      "line 33",
    ],
    ["too few records of an hour", epwFile({ rows, recordsPerHour: 2 }), "line 10"],
    ["a month that is none", epwFile({ rows: [{ month: 13, day: 1, hour: 1 }] }), 'line 9, column "Month"'],
  ])("%s", async (_, text, words) => {
    const error = await refuse(text);
    expect(error.message).toContain('the weather file "site.epw"');
    expect(error.message).toContain(words);
  });

  test("records per hour that are no number", async () => {
    expect((await refuse(DAY.replace("PERIODS,1,1,", "PERIODS,1,x,"))).message).toContain("records per hour");
  });
});

test("readEpw reads a year in well under a second", () => {
  const text = epwFile({ rows: epwDays(365, (hour) => ({ [DRY_BULB]: hour % 30 })) });
  const start = performance.now();
  expect(read(text).time).toHaveLength(8761);
  expect(performance.now() - start).toBeLessThan(1000);
});
