import { oneLine, type Redact } from "./redact.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;

/** How grave a log line is, from least to most. */
export type LogLevel = (typeof LEVELS)[number];

/** Writes log lines; each call is one line, whatever the message holds. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/**
 * Makes a log that hands `<ISO time> <level> <message>` to `write`, redacted, on one line and without its end,
 * for messages at `level` and above.
 */
export function createLog(write: (line: string) => void, redact: Redact, level: LogLevel): Log {
  const least = LEVELS.indexOf(level);
  const at = (own: LogLevel) => (message: string) => {
    if (LEVELS.indexOf(own) < least) return;
    write(`${new Date().toISOString()} ${own} ${oneLine(redact(message))}`);
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
