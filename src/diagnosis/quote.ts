import { oneLine } from "../redact.ts";

const MOST_TEXT = 300;

/**
 * Text that is not ours (a log line, a server's words) for evidence: on one line, bounded, in double quotes that it cannot
 * close. The end is kept, as a traceback tells most in its last line.
 */
export function quoteForeign(text: string, limit = MOST_TEXT): string {
  const line = oneLine(text.trim()).replaceAll('"', "'");
  const cut = line.length > limit ? `…${line.slice(-limit)}` : line;
  return ['"', cut, '"'].join("");
}
