import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { ToolError } from "../errors.ts";
import { quote } from "../fmi/invalid-fmu.ts";

/** The largest file of inputs that is read, bytes. */
export const LARGEST_INPUT_FILE = 256 * 1024 * 1024;

/**
 * Reads a text file of inputs: UTF-8, UTF-16 with a byte order mark, or Windows-1252 where it is no UTF-8.
 * Throws `resource_exhausted` above the limit, `not_found` where it cannot be opened.
 */
export async function readTextFile(path: string, limit = LARGEST_INPUT_FILE): Promise<string> {
  const name = quote(basename(path));
  let bytes: Buffer;
  try {
    const { size } = await stat(path);
    if (size > limit) throw tooLarge(name, size, limit);
    bytes = await readFile(path);
  } catch (cause) {
    if (cause instanceof ToolError) throw cause;
    throw new ToolError(
      "not_found",
      `Cannot read the input file ${name}: ${cause instanceof Error ? cause.message : cause}`,
      "Give the absolute path of a CSV or EPW file on this computer.",
      { cause },
    );
  }
  if (bytes.length > limit) throw tooLarge(name, bytes.length, limit);
  return decode(bytes);
}

// Windows-1252 is what spreadsheets write "°C" in where they do not write UTF-8.
function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function tooLarge(name: string, size: number, limit: number): ToolError {
  const mebibytes = (bytes: number) => `${Math.ceil(bytes / 1024 / 1024)} MiB`;
  return new ToolError(
    "resource_exhausted",
    `Cannot read the input file ${name}: it has ${mebibytes(size)}, and ${mebibytes(limit)} is the limit`,
    "Give a file with only the columns and the times that the run needs.",
  );
}
