import { quote } from "../fmi/invalid-fmu.ts";
import { EPW_HEADER_LINES } from "./epw-header.ts";
import { placeOf, unreadable } from "./input-table.ts";
import { parseNumber } from "./parse-number.ts";

/** The date of a row, of the hour that ends at `hour` (1 to 24). */
export interface EpwDate {
  year: number;
  month: number;
  day: number;
  hour: number;
}

/** The data rows of an EPW file, one every interval without a gap. */
export interface EpwRows {
  cells: readonly (readonly string[])[];
  dates: readonly EpwDate[];
  /** Line of a row in the file, from 1. */
  lineOf(row: number): number;
}

/** Reads the data rows and checks that each is one interval after the last; years may differ, as typical years mix them. */
export function readEpwRows(source: string, lines: readonly string[], recordsPerHour: number): EpwRows {
  const cells: string[][] = [];
  const dates: EpwDate[] = [];
  const lineNumbers: number[] = [];
  for (let index = EPW_HEADER_LINES; index < lines.length; index++) {
    const text = lines[index] as string;
    if (text.trim() === "") continue;
    const row = text.split(",");
    const date = readDate(source, row, index + 1);
    checkOrder(source, dates, date, recordsPerHour, index + 1);
    cells.push(row);
    dates.push(date);
    lineNumbers.push(index + 1);
  }
  if (cells.length === 0)
    throw unreadable(source, "it has no data rows", "Give a complete EnergyPlus weather file (EPW).");
  return { cells, dates, lineOf: (row) => lineNumbers[row] ?? 0 };
}

function readDate(source: string, row: readonly string[], line: number): EpwDate {
  const [year, month, day, hour] = ["Year", "Month", "Day", "Hour"].map((name, index) => {
    const value = parseNumber(row[index] ?? "");
    const most = [Number.POSITIVE_INFINITY, 12, 31, 24][index] ?? 0;
    if (value !== undefined && Number.isInteger(value) && value >= 1 && value <= most) return value;
    const problem = `${placeOf(line, name)}: ${quote(row[index] ?? "")} is no ${name.toLowerCase()}`;
    throw unreadable(source, problem, "Correct the date of that row.");
  });
  return { year: year ?? 0, month: month ?? 0, day: day ?? 0, hour: hour ?? 0 };
}

function checkOrder(
  source: string,
  dates: readonly EpwDate[],
  date: EpwDate,
  recordsPerHour: number,
  line: number,
): void {
  const before = dates.at(-1);
  if (before === undefined) return;
  const isSameHour = date.hour === before.hour && date.day === before.day && date.month === before.month;
  const isWholeHour = countSameHour(dates, before) === recordsPerHour;
  if (isWholeHour ? isNextHour(before, date) : isSameHour) return;
  const problem = `line ${line} (${label(date)}) does not follow the line before it (${label(before)})`;
  throw unreadable(source, problem, "Give a file whose rows follow one another without a gap.");
}

function countSameHour(dates: readonly EpwDate[], last: EpwDate): number {
  let count = 0;
  while (count < dates.length) {
    const each = dates[dates.length - 1 - count] as EpwDate;
    if (each.hour !== last.hour || each.day !== last.day || each.month !== last.month) break;
    count += 1;
  }
  return count;
}

function isNextHour(before: EpwDate, date: EpwDate): boolean {
  if (before.hour < 24)
    return date.hour === before.hour + 1 && date.day === before.day && date.month === before.month;
  if (date.hour !== 1) return false;
  const isNextDay = date.month === before.month && date.day === before.day + 1;
  const isNextMonth = date.month === (before.month % 12) + 1 && date.day === 1 && before.day >= 28;
  return isNextDay || isNextMonth;
}

function label({ month, day, hour }: EpwDate): string {
  return `month ${month}, day ${day}, hour ${hour}`;
}
