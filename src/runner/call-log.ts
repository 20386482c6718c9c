import type { HostedCall } from "./hosted-app.ts";
import { KeptLines } from "./kept-lines.ts";
import { type LogLevel, pythonLogLine } from "./python-logging.ts";

/** The log of one call: everything goes to the app's log, and is kept for a caller that asked for it. */
export interface CallLog {
  /** Lines so far, about 1 MiB of them: the first and the last. */
  readonly lines: readonly string[];
  write(level: LogLevel, text: string): void;
  /** A line that the FMU printed, as it is. */
  print(source: "stdout" | "stderr", line: string): void;
}

const KEPT_CHARACTERS = 1024 * 1024;

/** Starts the log of a call. Logging goes to stderr, as Python's does. */
export function createCallLog(call: Pick<HostedCall, "log">): CallLog {
  const kept = new KeptLines(KEPT_CHARACTERS);
  const add = (source: "stdout" | "stderr", line: string) => {
    call.log(source, line);
    kept.add(line);
  };
  return {
    get lines() {
      return kept.lines;
    },
    write: (level, text) => add("stderr", pythonLogLine(new Date(), level, text)),
    print: add,
  };
}
