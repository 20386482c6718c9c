import { createReadStream } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { isId } from "../ids.ts";
import { isSystemError, listFolder } from "../record-files.ts";
import type { EmulatorState } from "../state.ts";
import { dayOf, type LogLine, logFolder } from "./log-files.ts";

/** Which entries of an app's log are wanted; "" and 0 mean all. Times are microseconds, `until` exclusive. */
export interface LogQuery {
  appId: string;
  functionId: string;
  functionCallId: string;
  containerId: string;
  source: number;
  search: string;
  sinceUs: number;
  untilUs: number;
}

const MAX_BYTES = 64 * 1024 * 1024;

/** The files that may hold wanted entries, by day, oldest first. */
export async function logFilesByDay(state: EmulatorState, query: LogQuery): Promise<string[][]> {
  const root = logFolder(state, query.appId);
  const days = (await listFolder(root)).sort();
  const wanted = days.filter((day) => day >= dayOf(query.sinceUs) && day <= dayOf(query.untilUs));
  const files = wanted.map(async (day) => {
    const names = await listFolder(path.join(root, day));
    const mine = isId(query.functionCallId, "fc") ? `${query.functionCallId}.jsonl` : undefined;
    return names
      .filter((name) => mine === undefined || name === mine)
      .map((name) => path.join(root, day, name));
  });
  return Promise.all(files);
}

/** Reads one stored line; undefined for one that is cut short, as the end of a growing file may be. */
export function parseLine(text: string): LogLine | undefined {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}

/** Whether an entry is wanted. */
export function isWanted(line: LogLine, query: LogQuery): boolean {
  return (
    line.us >= query.sinceUs &&
    line.us < query.untilUs &&
    (query.functionId === "" || line.functionId === query.functionId) &&
    (query.functionCallId === "" || line.functionCallId === query.functionCallId) &&
    (query.containerId === "" || line.containerId === query.containerId) &&
    (query.source === 0 || line.source === query.source) &&
    (query.search === "" || line.text.includes(query.search))
  );
}

/** Streams the wanted entries of one file in order. */
export async function* readLogFile(file: string, query: LogQuery): AsyncGenerator<LogLine> {
  const stream = createReadStream(file, { highWaterMark: 256 * 1024 });
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  // readline ends without a word when the file cannot be read; one that was removed has no entries.
  stream.once("error", () => lines.close());
  for await (const text of lines) {
    const line = parseLine(text);
    if (line !== undefined && isWanted(line, query)) yield line;
  }
  if (stream.errored !== null && !isSystemError(stream.errored, "ENOENT")) throw stream.errored;
}

// Keeps the newest entries only, within `limit` and the bytes that one answer may hold.
function newest(lines: LogLine[], limit: number): LogLine[] {
  lines.sort((a, b) => a.us - b.us);
  let bytes = 0;
  let start = lines.length;
  while (start > 0 && lines.length - start < limit) {
    bytes += lines[start - 1]?.text.length ?? 0;
    if (bytes > MAX_BYTES) break;
    start--;
  }
  return lines.slice(start);
}

/** The newest wanted entries, in time order, at most `limit`; memory stays bounded however long the log is. */
export async function readNewest(state: EmulatorState, query: LogQuery, limit: number): Promise<LogLine[]> {
  let kept: LogLine[] = [];
  for (const files of (await logFilesByDay(state, query)).reverse()) {
    const older: LogLine[] = [];
    let bytes = 0;
    for (const file of files) {
      for await (const line of readLogFile(file, query)) {
        older.push(line);
        bytes += line.text.length;
        if (older.length < 2 * limit + 1000 && bytes < 2 * MAX_BYTES) continue;
        const trimmed = newest(older.splice(0), limit);
        bytes = trimmed.reduce((sum, each) => sum + each.text.length, 0);
        older.push(...trimmed);
      }
    }
    kept = newest([...older, ...kept], limit);
    if (kept.length >= limit) break;
  }
  return kept;
}
