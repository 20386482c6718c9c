import { basename } from "node:path";
import { quote } from "../fmi/invalid-fmu.ts";
import { EPW_FIELDS, type EpwField } from "./epw-fields.ts";
import { type EpwHeader, readEpwHeader } from "./epw-header.ts";
import { type EpwDate, type EpwRows, readEpwRows } from "./epw-rows.ts";
import { fillGaps } from "./fill-gaps.ts";
import {
  type InputTable,
  placeOf,
  plainColumn,
  type TableColumn,
  type TimePlacement,
  unreadable,
} from "./input-table.ts";
import { parseNumber } from "./parse-number.ts";
import { readTextFile } from "./read-text-file.ts";
import { parseOrigin } from "./time-column.ts";

/**
 * Reads an EnergyPlus weather file. Rows are hour-ending: row k spans the k-th interval of the file and ends at its end.
 * Values of a moment (temperatures, humidity, pressure, wind) lie at the end of their interval, straight lines between them;
 * sums and means (radiation, illuminance, precipitation) are held over their interval, energies per area as mean powers.
 * Model time 0 is the start of the file's first interval, or the date of `timeOrigin` (its year only where the file has it).
 * Missing values are filled with a warning. Throws `invalid_argument` naming file and line.
 */
export async function readEpwFile(path: string, placement: TimePlacement): Promise<InputTable> {
  return readEpw(await readTextFile(path), basename(path), placement);
}

/** Reads the text of an EPW file; `fileName` is for messages. */
export function readEpw(
  text: string,
  fileName: string,
  { timeOrigin }: Pick<TimePlacement, "timeOrigin">,
): InputTable {
  const source = `the weather file ${quote(fileName)}`;
  const lines = text.split(/\r\n|\n|\r/);
  const header = readEpwHeader(source, lines);
  const rows = readEpwRows(source, lines, header.recordsPerHour);
  const interval = 3600 / header.recordsPerHour;
  const origin = timeOrigin === undefined ? 0 : findOrigin(source, timeOrigin, header, rows);
  const time = Float64Array.from({ length: rows.cells.length + 1 }, (_, k) => k * interval - origin);
  const columns = new Map<string, TableColumn>();
  for (const field of EPW_FIELDS)
    columns.set(field.name, readField(source, field, rows, header.recordsPerHour));
  return { source, time, columns, notes: describe(header, rows, interval, timeOrigin) };
}

function readField(source: string, field: EpwField, rows: EpwRows, recordsPerHour: number): TableColumn {
  const raw = new Float64Array(rows.cells.length);
  for (let row = 0; row < raw.length; row++) {
    const cell = rows.cells[row]?.[field.index]?.trim() ?? "";
    const value = cell === "" ? field.missingFrom : parseNumber(cell);
    if (value === undefined) {
      const problem = `${placeOf(rows.lineOf(row), field.name)}: ${quote(cell)} is no number`;
      return { ...plainColumn(raw), problem: unreadable(source, problem, "Correct that value.") };
    }
    raw[row] = value >= field.missingFrom ? Number.NaN : value;
  }
  const ofInterval = field.meaning !== "instant";
  const gaps = fillGaps(raw, field.held === true || ofInterval ? "hold" : "linear");
  if (gaps.missing === raw.length) {
    const problem = `it has no values of ${quote(field.name)} (all are blank or the code for missing)`;
    const remedy = "Map the variable to another column, or give a weather file that has this one.";
    return { ...plainColumn(raw), problem: unreadable(source, problem, remedy) };
  }
  return {
    ...plainColumn(place(raw, field, recordsPerHour), field.unit),
    interpolation: ofInterval || field.held ? "hold" : undefined,
    onlyHeld: ofInterval
      ? "its values stand for whole intervals, not for moments"
      : field.held && "half way between 350 and 10 degrees it would point the opposite way",
    warnings: describeGaps(field, gaps, ofInterval, recordsPerHour),
  };
}

/** Values for the points 0 to n from those of the rows 1 to n: a moment's at the end of its row, an interval's at its start. */
function place(raw: Float64Array, { meaning }: EpwField, recordsPerHour: number): Float64Array {
  const values = new Float64Array(raw.length + 1);
  if (meaning === "instant") {
    values.set(raw, 1);
    values[0] = raw[0] ?? 0;
    return values;
  }
  const factor = meaning === "energy" ? recordsPerHour : 1;
  for (let row = 0; row < raw.length; row++) values[row] = (raw[row] as number) * factor;
  values[raw.length] = values[raw.length - 1] ?? 0;
  return values;
}

function describeGaps(
  { name, meaning }: EpwField,
  { missing, longest }: { missing: number; longest: number },
  ofInterval: boolean,
  recordsPerHour: number,
): string[] {
  const warnings: string[] = [];
  if (missing > 0) {
    const how =
      ofInterval || name === "wind_direction" ? "the value before them" : "a straight line across them";
    const gap = `the longest gap ${longest} in a row`;
    warnings.push(`"${name}" has ${missing} missing values, ${gap}; they were replaced by ${how}.`);
  }
  if (meaning === "energy" && recordsPerHour > 1) {
    const read = `${recordsPerHour} times the value is taken as W/m2`;
    warnings.push(`"${name}" is read as Wh/m2 within each of ${recordsPerHour} intervals an hour: ${read}.`);
  }
  return warnings;
}

function describe(
  header: EpwHeader,
  rows: EpwRows,
  interval: number,
  timeOrigin: string | undefined,
): string[] {
  const start = rows.dates[0] as EpwDate;
  const where = header.city === "" ? "" : ` of ${header.city.slice(0, 60)}`;
  const begins = `the start of the file's first row (month ${start.month}, day ${start.day}, hour ${start.hour})`;
  const zone = `UTC${header.timeZone < 0 ? "" : "+"}${header.timeZone}`;
  return [
    `Model time 0 s is ${timeOrigin ?? begins}; the file's clock is the local standard time${where} (${zone}).`,
    `EPW rows end their interval of ${interval} s. Temperatures, humidity, pressure and wind lie at its end; before the end of the first row its values hold. Radiation is the mean power over the interval and held over it.`,
  ];
}

/** Seconds from the start of the first interval to the origin. Its year counts only where the file has that year. */
function findOrigin(source: string, timeOrigin: string, header: EpwHeader, rows: EpwRows): number {
  const given = parseOrigin(timeOrigin);
  const local = new Date((given.seconds + (given.hasZone ? header.timeZone * 3600 : 0)) * 1000);
  const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate()];
  const onDay = (date: EpwDate) => date.month === month && date.day === day;
  const exact = rows.dates.findIndex((date) => date.year === year && onDay(date));
  const row = exact >= 0 ? exact : rows.dates.findIndex(onDay);
  const first = rows.dates[row];
  if (first === undefined) {
    const problem = `it has no row for month ${month}, day ${day}, the date of time_origin`;
    throw unreadable(
      source,
      problem,
      "Give a time_origin within the file, or leave it out to begin with its first row.",
    );
  }
  const ofDay =
    local.getUTCHours() * 3600 + local.getUTCMinutes() * 60 + local.getUTCSeconds() + given.fraction;
  return (row * 3600) / header.recordsPerHour - (first.hour - 1) * 3600 + ofDay;
}
