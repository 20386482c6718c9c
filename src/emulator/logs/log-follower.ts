import { open, stat } from "node:fs/promises";
import { orUndefined } from "../record-files.ts";
import type { EmulatorState } from "../state.ts";
import type { LogLine } from "./log-files.ts";
import { isWanted, type LogQuery, logFilesByDay, parseLine } from "./log-reader.ts";

const READ_BYTES = 1024 * 1024;

// Entries this young are left for the next look: another process may still be writing an older one.
const SETTLING_US = 50_000;

/** Remembers how far each file of a log was read. */
export type Offsets = Map<string, number>;

// The complete lines of a file from an offset, and where they end.
async function readFrom(file: string, offset: number): Promise<{ lines: string[]; ends: number[] }> {
  const handle = await open(file, "r");
  try {
    const buffer = Buffer.alloc(READ_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, offset);
    const lines: string[] = [];
    const ends: number[] = [];
    for (let at = 0, next = 0; at < bytesRead; at = next) {
      const newline = buffer.subarray(at, bytesRead).indexOf(10);
      if (newline < 0) break;
      lines.push(buffer.toString("utf8", at, at + newline));
      next = at + newline + 1;
      ends.push(offset + next);
    }
    return { lines, ends };
  } finally {
    await handle.close();
  }
}

async function readGrowth(file: string, offsets: Offsets, query: LogQuery): Promise<LogLine[]> {
  const size = (await orUndefined(stat(file)))?.size ?? 0;
  const wanted: LogLine[] = [];
  const youngest = Date.now() * 1000 - SETTLING_US;
  for (let offset = offsets.get(file) ?? 0; offset < size; ) {
    const { lines, ends } = await readFrom(file, offset);
    if (lines.length === 0) return wanted;
    for (const [index, text] of lines.entries()) {
      const line = parseLine(text);
      if (line !== undefined && line.us > youngest) return wanted;
      offset = ends[index] ?? offset;
      offsets.set(file, offset);
      if (line !== undefined && isWanted(line, query)) wanted.push(line);
    }
  }
  return wanted;
}

/** The wanted entries that came since `offsets` was last brought up to date, in time order. */
export async function readNew(state: EmulatorState, query: LogQuery, offsets: Offsets): Promise<LogLine[]> {
  const files = (await logFilesByDay(state, query)).flat();
  const lines: LogLine[] = [];
  for (const file of files) lines.push(...(await readGrowth(file, offsets, query)));
  return lines.sort((a, b) => a.us - b.us);
}
