import { basename } from "node:path";
import { ToolError } from "../errors.ts";
import { quote } from "../fmi/invalid-fmu.ts";
import { type ColumnHeader, parseColumnHeader } from "./column-header.ts";
import { type CsvReader, createCsvReader, findSeparator, type Separator } from "./csv-records.ts";
import { CsvTable } from "./csv-table.ts";
import { type InputTable, type TimePlacement, unreadable } from "./input-table.ts";
import { looksLikeIsoTime } from "./iso-time.ts";
import { parseNumber } from "./parse-number.ts";
import { readTextFile } from "./read-text-file.ts";

/** More cells than this would not fit beside everything else in memory. */
const MOST_CELLS = 64_000_000;

const HEADER_REMEDY = "Begin the file with a header line such as: time,T_out [degC],load [kW]";

/**
 * Reads a CSV file of inputs: a header with names and units, one row per time, separated by commas, tabs, or semicolons (then
 * a decimal comma is read too). Time is the column called time, t, date, datetime or timestamp, else the first: in s, in the
 * unit of its header, or as ISO 8601 dates. Throws `invalid_argument` naming file, line and column.
 */
export async function readCsvFile(path: string, placement: TimePlacement): Promise<InputTable> {
  return readCsv(await readTextFile(path), basename(path), placement);
}

/** Reads the text of a CSV file; `fileName` is for messages. */
export function readCsv(text: string, fileName: string, placement: TimePlacement): InputTable {
  const source = `the file ${quote(fileName)}`;
  // A line that spreadsheets write and read.
  const told = /^sep=([,;\t])\r?\n/i.exec(text)?.[1] as Separator | undefined;
  const separator = told ?? findSeparator(text);
  const reader = createCsvReader(text, separator);
  const cells: string[] = [];
  if (told !== undefined) readRecord(source, reader, cells);
  if (!readRecord(source, reader, cells)) throw unreadable(source, "it is empty", HEADER_REMEDY);
  const headers = readHeader(source, cells);
  const rows = countLines(text);
  if (rows * headers.length > MOST_CELLS) throw tooManyCells(source, rows, headers.length);
  const table = new CsvTable(source, headers, rows, separator === ";");
  while (readRecord(source, reader, cells)) table.addRow(cells, reader.line, placement);
  return table.finish();
}

function readRecord(source: string, reader: CsvReader, cells: string[]): boolean {
  try {
    return reader.read(cells);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const problem = `line ${reader.line}: ${cause.message}`;
    throw unreadable(source, problem, "Close every quote, and double the quotes inside quoted text.");
  }
}

function readHeader(source: string, cells: readonly string[]): ColumnHeader[] {
  const headers = cells.map(parseColumnHeader);
  while (headers.length > 1 && headers.at(-1)?.name === "") headers.pop();
  if (cells.every((cell) => parseNumber(cell, true) !== undefined || looksLikeIsoTime(cell)))
    throw unreadable(source, "its first line holds values, no column names", HEADER_REMEDY);
  if (headers.length < 2)
    throw unreadable(source, "its header names no column beside the time", HEADER_REMEDY);
  const names = new Set<string>();
  for (const { name } of headers) {
    if (name !== "" && names.has(name))
      throw unreadable(
        source,
        `its header names the column ${quote(name)} twice`,
        "Rename one of the two columns.",
      );
    names.add(name);
  }
  return headers;
}

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}

function tooManyCells(source: string, rows: number, columns: number): ToolError {
  return new ToolError(
    "resource_exhausted",
    `Cannot read ${source}: ${rows} lines of ${columns} columns are more than ${MOST_CELLS} values`,
    "Give a file with only the columns and the times that the run needs.",
  );
}
