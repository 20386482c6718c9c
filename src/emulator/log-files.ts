import { appendFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { toError } from "../errors.ts";
import type { CallRecord } from "./call-records.ts";
import type { EmulatorState } from "./state.ts";

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
async function append(state: EmulatorState, call: CallRecord, lines: readonly LogLine[]): Promise<void> {
  const byDay = new Map<string, string>();
  for (const line of lines) {
    const day = dayOf(line.us);
    byDay.set(day, `${byDay.get(day) ?? ""}${JSON.stringify(line)}\n`);
  }
  for (const [day, text] of byDay) {
    const folder = path.join(logFolder(state, call.appId), day);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await appendFile(path.join(folder, `${call.id}.jsonl`), text, { mode: 0o600 });
  }
}

/** Opens the log of a call that this process runs: the only process that writes it. */
export function openCallLog(state: EmulatorState, call: CallRecord): CallLog {
  let queued: LogLine[] = [];
  let writing: Promise<void> = Promise.resolve();
  const drain = async (): Promise<void> => {
    const lines = queued;
    queued = [];
    if (lines.length === 0) return;
    await append(state, call, lines).catch((thrown: unknown) => {
      state.onError(`the log of ${call.id} could not be written: ${toError(thrown).message}`);
    });
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
      writing = writing.then(drain);
    },
    flush: () => writing,
  };
}
