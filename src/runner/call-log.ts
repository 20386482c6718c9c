import type { HostedCall } from "./hosted-app.ts";
import { type LogLevel, pythonLogLine } from "./python-logging.ts";

/** The log of one call: everything goes to the app's log, and is kept for a caller that asked for it. */
export interface CallLog {
  /** Lines so far, at most 1 MiB of them. */
  readonly lines: readonly string[];
  write(level: LogLevel, text: string): void;
  /** A line that the FMU printed, as it is. */
  print(source: "stdout" | "stderr", line: string): void;
}

const KEPT_BYTES = 1024 * 1024;

/** Starts the log of a call. Logging goes to stderr, as Python's does. */
export function createCallLog(call: Pick<HostedCall, "log">): CallLog {
  const lines: string[] = [];
  let kept = 0;
  const add = (source: "stdout" | "stderr", line: string) => {
    call.log(source, line);
    kept += line.length;
    if (kept <= KEPT_BYTES) lines.push(line);
  };
  return {
    lines,
    write: (level, text) => add("stderr", pythonLogLine(new Date(), level, text)),
    print: add,
  };
}
