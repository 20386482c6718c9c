import type { LogEntry } from "../../src/modal/modal.ts";

/** A line of a log, logged so many milliseconds after the first. */
export function logEntry(text: string, ms = 0, members: Partial<LogEntry> = {}): LogEntry {
  return {
    time: new Date(Date.UTC(2026, 0, 1) + ms).toISOString(),
    source: "stdout",
    text,
    functionId: "fu-1",
    functionCallId: "fc-1",
    containerId: "ta-1",
    event: undefined,
    ...members,
  };
}

/** Lines one millisecond apart. */
export function logEntries(texts: readonly string[], members: Partial<LogEntry> = {}): LogEntry[] {
  return texts.map((text, index) => logEntry(text, index, members));
}
