import { appendFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { toError } from "../../errors.ts";
import type { CallRecord } from "../calls/call-records.ts";
import { isSystemError } from "../record-files.ts";
import type { EmulatorState } from "../state.ts";

/** modal_proto/api.proto, FileDescriptor. */
export const LOG_SOURCE = { stdout: 1, stderr: 2, system: 3 } as const;

/** One stored log entry; the keys are short because there is one object per line. */
export interface LogLine {
  /** Microseconds since the epoch; no two of one process are equal. */
  us: number;
  /** {@link LOG_SOURCE}. */
  source: number;
  text: string;
  functionId: string;
  functionCallId: string;
  inputId: string;
  containerId: string;
}

/** The open log of a call. */
export interface CallLog {
  /** Queues text; a text longer than 64 KiB becomes several entries. */
  write(source: keyof typeof LOG_SOURCE, text: string): void;
  /** Resolves when everything written is in the file. */
  flush(): Promise<void>;
}

const MAX_TEXT = 64 * 1024;

let lastMicroseconds = 0;

function nextMicroseconds(): number {
  lastMicroseconds = Math.max(Date.now() * 1000, lastMicroseconds + 1);
  return lastMicroseconds;
}

/** The UTC day of a time, as the log's folders are named: `2026-01-31`. */
export function dayOf(us: number): string {
  return new Date(us / 1000).toISOString().slice(0, 10);
}

/** The folder of an app's logs: one folder per day, one file of JSON lines per call in it. */
export function logFolder(state: EmulatorState, appId: string): string {
  return path.join(state.folder, "logs", appId);
}

function split(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += MAX_TEXT) pieces.push(text.slice(at, at + MAX_TEXT));
  return pieces;
}

// Lines of one day, in order; a burst of writes becomes one append.
function append(state: EmulatorState, call: CallRecord, lines: readonly LogLine[]): void {
  const byDay = new Map<string, string>();
  for (const line of lines) {
    const day = dayOf(line.us);
    byDay.set(day, `${byDay.get(day) ?? ""}${JSON.stringify(line)}\n`);
  }
  for (const [day, text] of byDay) {
    const file = path.join(logFolder(state, call.appId), day, `${call.id}.jsonl`);
    const write = () => appendFileSync(file, text, { mode: 0o600 });
    // Synchronous, as records are and for the same reason.
    if (orMissing(write)) continue;
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    write();
  }
}

function orMissing(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (thrown) {
    if (isSystemError(thrown, "ENOENT")) return false;
    throw thrown;
  }
}

/* A call's first lines come while its work is being prepared: they are written while it works. */
const GATHER_MS = 5;

/** Opens the log of a call that this process runs: the only process that writes it. */
export function openCallLog(state: EmulatorState, call: CallRecord): CallLog {
  let queued: LogLine[] = [];
  let timer: NodeJS.Timeout | undefined;
  const drain = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const lines = queued;
    queued = [];
    try {
      append(state, call, lines);
    } catch (thrown) {
      state.onError(`the log of ${call.id} could not be written: ${toError(thrown).message}`);
    }
  };
  return {
    write(source, text) {
      for (const piece of split(text)) {
        queued.push({
          us: nextMicroseconds(),
          source: LOG_SOURCE[source],
          text: piece,
          functionId: call.functionId,
          functionCallId: call.id,
          inputId: call.inputId,
          containerId: call.containerId ?? "",
        });
      }
      timer ??= setTimeout(drain, GATHER_MS);
    },
    flush: async () => drain(),
  };
}
