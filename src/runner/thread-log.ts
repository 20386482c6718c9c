import { statusWord } from "../fmi/fmu-status.ts";

/** A message that an FMU logged on a thread of its own. */
export interface ThreadLogMessage {
  /** The standard's word for it. */
  status: string;
  category: string;
  text: string;
}

// As src/fmi/native/importer.c writes it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the unit separator is there to be told from all that FMUs print.
const LINE = /^\x1ffmu-log\x1f(\d+)\x1f([^\x1f]*)\x1f(.*)$/;

/** Reads a line of stderr; undefined for one that the FMU printed itself. */
export function readThreadLog(line: string): ThreadLogMessage | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const [, status, category = "", text = ""] = match;
  return { status: statusWord(Number(status)), category, text };
}
