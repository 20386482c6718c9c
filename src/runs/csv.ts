import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { ToolError } from "../errors.ts";
import { replaceFile } from "./private-files.ts";

/** One column of a series: a name, its unit where it has one, and a value per recorded point. */
export interface SeriesColumn {
  name: string;
  unit: string | undefined;
  values: Float64Array | readonly string[];
}

const CHUNK_CHARACTERS = 1 << 16;
const FEW_VALUES = 10_000;

/**
 * Writes columns of equal length as CSV (RFC 4180; header cells such as `h [m]`; numbers in the fewest digits that
 * read back as the same float64) through a temporary file, mode 0600. Throws `internal` for unequal lengths.
 */
export async function writeCsv(path: string, columns: readonly SeriesColumn[]): Promise<{ rows: number }> {
  const rows = columns[0]?.values.length ?? 0;
  if (columns.some((column) => column.values.length !== rows))
    throw new ToolError(
      "internal",
      `Cannot write ${path}: its columns differ in length`,
      "Report this as a bug.",
    );
  const chunks = csvChunks(columns, rows);
  // A short one is written at once, as records are.
  if (rows * columns.length <= FEW_VALUES) await replaceFile(path, [...chunks].join(""));
  else await writeChunks(path, chunks);
  return { rows };
}

async function writeChunks(path: string, chunks: Iterable<string>): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      for (const chunk of chunks) await file.writeFile(chunk);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Yields the text in pieces of bounded size, so that a million rows are never one string. */
function* csvChunks(columns: readonly SeriesColumn[], rows: number): Generator<string> {
  const header = columns.map(({ name, unit }) => quoteCell(unit === undefined ? name : `${name} [${unit}]`));
  let chunk = `${header.join(",")}\r\n`;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns.length; column++)
      chunk += `${column === 0 ? "" : ","}${toCell(columns[column]?.values[row])}`;
    chunk += "\r\n";
    if (chunk.length >= CHUNK_CHARACTERS) {
      yield chunk;
      chunk = "";
    }
  }
  yield chunk;
}

function toCell(value: number | string | undefined): string {
  return typeof value === "string" ? quoteCell(value) : `${value}`;
}

function quoteCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
