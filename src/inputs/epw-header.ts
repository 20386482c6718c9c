import { unreadable } from "./input-table.ts";

/** What the eight header lines of an EPW file say that matters to its rows. */
export interface EpwHeader {
  city: string;
  /** Hours ahead of UTC. */
  timeZone: number;
  recordsPerHour: number;
}

const HEADER_LINES = [
  "LOCATION",
  "DESIGN CONDITIONS",
  "TYPICAL/EXTREME PERIODS",
  "GROUND TEMPERATURES",
  "HOLIDAYS/DAYLIGHT SAVING",
  "COMMENTS 1",
  "COMMENTS 2",
  "DATA PERIODS",
];

/** Lines before the first data row. */
export const EPW_HEADER_LINES = HEADER_LINES.length;

const REMEDY = "Give a complete EnergyPlus weather file (EPW), or a CSV file with a header line.";

/** Reads the header of an EPW file; throws `invalid_argument` naming the line that is not as it should be. */
export function readEpwHeader(source: string, lines: readonly string[]): EpwHeader {
  const records = HEADER_LINES.map((name, index) => {
    const cells = (lines[index] ?? "").split(",").map((cell) => cell.trim());
    if ((cells[0] ?? "").toUpperCase().replace("SAVINGS", "SAVING") === name) return cells;
    throw unreadable(source, `line ${index + 1} does not begin with ${name}, as an EPW file's does`, REMEDY);
  });
  const location = records[0] ?? [];
  const periods = records[EPW_HEADER_LINES - 1] ?? [];
  if (Number(periods[1]) > 1)
    throw unreadable(
      source,
      `it has ${periods[1]} data periods, and a series has one`,
      "Give a file with one data period.",
    );
  const recordsPerHour = Number(periods[2]);
  if (!Number.isInteger(recordsPerHour) || recordsPerHour < 1 || 3600 % recordsPerHour !== 0)
    throw unreadable(source, `line ${EPW_HEADER_LINES} names no usable number of records per hour`, REMEDY);
  const timeZone = Number(location[8] ?? 0);
  return { city: location[1] ?? "", timeZone: Number.isFinite(timeZone) ? timeZone : 0, recordsPerHour };
}
