import type { LogEntry } from "../modal/modal.ts";
import { oneLine } from "../redact.ts";
import { collapseRepeats } from "./collapse.ts";
import { foldTracebacks } from "./traceback.ts";

/** A line of a log as it is shown. */
export interface ShownLine {
  entry: LogEntry;
  text: string;
}

/** What of a log is shown, bounded. */
export interface LogView {
  /** Time, source, function call where asked for, text. */
  lines: string[];
  /** Whether anything of the entries is not in `lines`: cut, collapsed or left out. */
  isPartial: boolean;
}

/** The most characters of log text in one answer; older lines give way. */
const MOST_CHARACTERS = 30_000;
const LINE_CHARACTERS = 1_000;

/** Puts lists of entries in time order; what stands in several of them is kept once. */
export function mergeEntries(...lists: readonly (readonly LogEntry[])[]): LogEntry[] {
  const merged: LogEntry[] = [];
  const counts = new Map<string, number>();
  for (const list of lists) {
    const own = new Map<string, number>();
    for (const entry of list) {
      const key = JSON.stringify([entry.time, entry.source, entry.containerId, entry.event ?? entry.text]);
      const count = (own.get(key) ?? 0) + 1;
      own.set(key, count);
      // The same line twice in one list was logged twice.
      if (count <= (counts.get(key) ?? 0)) continue;
      counts.set(key, count);
      merged.push(entry);
    }
  }
  // ISO times of one length sort as text; the sort is stable, so lines of one moment keep their order.
  return merged.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

/** The lines that hold the text (in any case), with so many lines around each; a gap is shown as "…". */
export function searchEntries(entries: readonly LogEntry[], text: string, around: number): LogEntry[] {
  const wanted = text.toLowerCase();
  const hits = entries.flatMap((entry, index) =>
    (entry.event ?? entry.text).toLowerCase().includes(wanted) ? [index] : [],
  );
  const kept = new Set(
    hits.flatMap((hit) => Array.from({ length: 2 * around + 1 }, (_, offset) => hit - around + offset)),
  );
  const shown = entries.flatMap((entry, index) => (kept.has(index) ? [{ entry, index }] : []));
  return shown.flatMap(({ entry, index }, place) => {
    const before = shown[place - 1];
    const gap = before !== undefined && before.index < index - 1;
    return gap && around > 0
      ? [{ ...entry, source: "system" as const, event: "…", text: "" }, entry]
      : [entry];
  });
}

/** Entries as text for a file: every line as it was, none cut or collapsed. */
export function writeOut(entries: readonly LogEntry[]): string {
  return entries.map((entry) => `${head(entry, true)} ${entry.event ?? entry.text}\n`).join("");
}

/** The newest `count` lines for an answer: tracebacks turned around, repeats collapsed, long lines cut. */
export function viewEntries(entries: readonly LogEntry[], count: number, withCalls: boolean): LogView {
  const shown = collapseRepeats(foldTracebacks(entries));
  const newest = shown.lines.slice(-count);
  const { kept, isCut } = bound(
    newest.map(({ entry, text }) => `${head(entry, withCalls)} ${shorten(text)}`),
  );
  const isShort = newest.some(({ text }) => text.length > LINE_CHARACTERS);
  return {
    lines: kept,
    isPartial: isCut || isShort || shown.collapsed || newest.length < shown.lines.length,
  };
}

function head({ time, source, functionCallId }: LogEntry, withCall: boolean): string {
  return [time, source, ...(withCall && functionCallId ? [functionCallId] : [])].join(" ");
}

/** On one line: a log's text must not begin a line of the answer. */
function shorten(text: string): string {
  const line = oneLine(text);
  return line.length > LINE_CHARACTERS ? `${line.slice(0, LINE_CHARACTERS)}…` : line;
}

function bound(lines: readonly string[]): { kept: string[]; isCut: boolean } {
  let characters = 0;
  let from = lines.length;
  while (from > 0) {
    characters += lines[from - 1]?.length ?? 0;
    if (characters > MOST_CHARACTERS) break;
    from -= 1;
  }
  return { kept: lines.slice(from), isCut: from > 0 };
}
