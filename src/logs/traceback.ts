import type { LogEntry } from "../modal/modal.ts";
import type { ShownLine } from "./log-view.ts";

const BEGIN = /^\s*Traceback \(most recent call last\):/;
const FRAME = /^\s+File "(.+)", line (\d+)(?:, in (.+))?/;
const MOST_FRAMES = 8;

interface Traceback {
  /** The exception, what the traceback ends in. */
  error: string;
  /** The last frame first. */
  frames: string[];
  /** How many entries it takes. */
  length: number;
}

/**
 * Turns Python's tracebacks around, the error first and then the frames from the last one, and shows one that comes again
 * by its error alone.
 */
export function foldTracebacks(entries: readonly LogEntry[]): ShownLine[] {
  const seen = new Set<string>();
  const shown: ShownLine[] = [];
  for (let index = 0; index < entries.length; index += 1) {
    const entry = entries[index];
    if (entry === undefined) continue;
    const found =
      entry.event === undefined && BEGIN.test(entry.text) ? readTraceback(entries, index) : undefined;
    if (found === undefined) {
      shown.push({ entry, text: entry.event ?? entry.text });
      continue;
    }
    const key = JSON.stringify([found.error, found.frames]);
    const again = seen.has(key);
    seen.add(key);
    shown.push({ entry, text: again ? `${found.error} (the same traceback as above)` : found.error });
    if (!again) shown.push(...found.frames.map((text) => ({ entry, text })));
    index += found.length - 1;
  }
  return shown;
}

/** Reads the traceback that begins at an entry; undefined where its end is not there, or another line stands in between. */
function readTraceback(entries: readonly LogEntry[], start: number): Traceback | undefined {
  const first = entries[start];
  const frames: string[] = [];
  for (let index = start + 1; index < entries.length; index += 1) {
    const entry = entries[index];
    if (entry === undefined || entry.event !== undefined || !isOfSame(entry, first)) return undefined;
    const { text } = entry;
    const [, file, line, name] = FRAME.exec(text) ?? [];
    if (file !== undefined) frames.push(`  at ${file}:${line}${name ? ` in ${name}` : ""}`);
    else if (/^\s/.test(text)) addCode(frames, text);
    else if (text !== "") return { error: text, frames: shorten(frames), length: index - start + 1 };
  }
  return undefined;
}

function isOfSame(entry: LogEntry, first: LogEntry | undefined): boolean {
  return entry.source === first?.source && entry.functionCallId === first.functionCallId;
}

/** The code of a frame goes beside it; markers under it (`^^^^`) tell nothing without it. */
function addCode(frames: string[], text: string): void {
  const code = text.trim();
  const last = frames.at(-1);
  if (last !== undefined && code !== "" && !/^[~^]+$/.test(code) && !last.includes(": "))
    frames.push(`${frames.pop()}: ${code}`);
}

function shorten(frames: readonly string[]): string[] {
  const lastFirst = frames.toReversed();
  if (lastFirst.length <= MOST_FRAMES) return lastFirst;
  return [...lastFirst.slice(0, MOST_FRAMES), `  … ${lastFirst.length - MOST_FRAMES} more frames`];
}
