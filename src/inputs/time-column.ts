import { ToolError } from "../errors.ts";
import { quote } from "../fmi/invalid-fmu.ts";
import { convertToUnit } from "../fmi/units/units.ts";
import { type TimePlacement, unreadable } from "./input-table.ts";
import { type IsoTime, looksLikeIsoTime, parseIsoTime, secondsBetween } from "./iso-time.ts";
import { parseNumber } from "./parse-number.ts";

/** Reads the times of a table one after the other, as model time in s. */
export interface TimeColumn {
  /** Model time of the next row; `place` says where it stands, for errors. Throws for one that goes back. */
  next(text: string, place: () => string): number;
  /** How times were read. */
  readonly notes: readonly string[];
}

const ISO_REMEDY = "Write every time as in 2026-01-31T12:00:00, all with a zone or all without.";

/** Makes the reader of a time column by its first cell: numbers in `unit` (default s) or ISO 8601 dates. */
export function createTimeColumn(
  source: string,
  firstCell: string,
  unit: string | undefined,
  placement: TimePlacement,
  decimalComma = false,
): TimeColumn {
  const notes: string[] = [];
  const read = looksLikeIsoTime(firstCell)
    ? readDates(source, placement, notes)
    : readNumbers(source, unit, placement, decimalComma);
  let before = Number.NEGATIVE_INFINITY;
  return {
    notes,
    next(text, place) {
      const time = read(text, place);
      if (time < before) {
        const problem = `${place()}: the time goes back from ${before} s to ${time} s`;
        throw unreadable(source, problem, "Sort the rows by time; repeat a time where inputs jump.");
      }
      before = time;
      return time;
    },
  };
}

type ReadTime = (text: string, place: () => string) => number;

function readNumbers(
  source: string,
  unit: string | undefined,
  { timeOrigin }: TimePlacement,
  decimalComma: boolean,
): ReadTime {
  if (timeOrigin !== undefined) {
    const problem = "its times are numbers, which count from model time 0, and time_origin was given";
    throw unreadable(source, problem, "Leave out time_origin, or write the times as ISO 8601 dates.");
  }
  const factor = secondsPer(source, unit ?? "s");
  // Dividing by a whole number keeps 1500 ms at 1.5 s.
  const scale = factor < 1 ? (value: number) => value / (1 / factor) : (value: number) => value * factor;
  return (text, place) => {
    const value = parseNumber(text, decimalComma);
    if (value !== undefined) return scale(value);
    const remedy =
      "Give times as numbers (in s, or with a unit in the header such as time [h]), or as ISO 8601 dates.";
    throw unreadable(source, `${place()}: ${quote(text)} is no time`, remedy);
  };
}

function secondsPer(source: string, unit: string): number {
  try {
    return convertToUnit(1, unit, "s", new Map());
  } catch (cause) {
    const problem = `the unit of its time column, ${quote(unit)}, is no unit of time`;
    throw unreadable(source, problem, "Give the time column in s, min, h or d.", cause);
  }
}

function readDates(source: string, { startTime, timeOrigin }: TimePlacement, notes: string[]): ReadTime {
  const origin = timeOrigin === undefined ? undefined : parseOrigin(timeOrigin);
  let first: IsoTime | undefined;
  return (text, place) => {
    const time = parseIsoTime(text);
    if (time === undefined)
      throw unreadable(source, `${place()}: ${quote(text)} is no ISO 8601 date`, ISO_REMEDY);
    if (first === undefined) {
      first = time;
      if (origin !== undefined) checkZones(source, origin, time);
      if (origin === undefined) notes.push(`The first row, ${text.trim()}, is model time ${startTime} s.`);
      else notes.push(`${timeOrigin} is model time 0 s.`);
      if (!time.hasZone) notes.push("Dates without a zone are read as one clock without daylight saving.");
    }
    if (time.hasZone !== first.hasZone)
      throw unreadable(source, `${place()}: some dates have a zone and some have none`, ISO_REMEDY);
    return origin === undefined ? startTime + secondsBetween(first, time) : secondsBetween(origin, time);
  };
}

/** Reads a caller's time_origin; throws `invalid_argument`. */
export function parseOrigin(text: string): IsoTime {
  const origin = parseIsoTime(text);
  if (origin !== undefined) return origin;
  throw new ToolError(
    "invalid_argument",
    `Cannot read time_origin ${quote(text)}: it is no ISO 8601 date`,
    "Give time_origin as in 2026-01-31T12:00:00, the date at which model time is 0.",
  );
}

function checkZones(source: string, origin: IsoTime, first: IsoTime): void {
  if (origin.hasZone === first.hasZone) return;
  const [has, lacks] = first.hasZone
    ? ["its dates have", "time_origin has"]
    : ["time_origin has", "its dates have"];
  throw unreadable(
    source,
    `${has} a zone and ${lacks} none`,
    "Give time_origin the way the dates are written, with a zone or without.",
  );
}
