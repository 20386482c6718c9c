import { ToolError } from "../errors.ts";

const LONGEST_QUOTE = 120;
const DEFAULT_REMEDY = "Export the FMU again from the tool that made it, and give the path of the new file.";

/** What an `invalid_fmu` error may say beside the problem; without a remedy it asks for a fresh export. */
export interface InvalidFmuOptions {
  remedy?: string | undefined;
  detail?: string | undefined;
  cause?: unknown;
}

/** The `invalid_fmu` error for a file: `problem` is the end of a sentence, without its full stop. */
export function invalidFmu(fileName: string, problem: string, options: InvalidFmuOptions = {}): ToolError {
  const { remedy = DEFAULT_REMEDY, ...rest } = options;
  return new ToolError("invalid_fmu", `Cannot read the FMU ${quote(fileName)}: ${problem}.`, remedy, rest);
}

/** Text from a file in quotes, with control characters escaped, at most 120 characters of it. */
export function quote(text: string): string {
  const shown = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  return JSON.stringify(shown);
}
