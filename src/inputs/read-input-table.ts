import { ToolError } from "../errors.ts";
import type { InputTable, TimePlacement } from "./input-table.ts";
import { readCsvFile } from "./read-csv.ts";
import { readEpwFile } from "./read-epw.ts";
import { type InlineInputs, readInlineInputs } from "./read-inline.ts";

/** Where inputs over time come from: exactly one of the two. */
export interface InputSource {
  /** A local path, already resolved and allowed; `.epw` is read as a weather file, anything else as CSV. */
  file?: string | undefined;
  inline?: InlineInputs | undefined;
}

/** Reads inputs from a file or from the call itself. Throws `invalid_argument` for both or neither. */
export async function readInputTable(source: InputSource, placement: TimePlacement): Promise<InputTable> {
  const { file, inline } = source;
  if (file !== undefined && inline === undefined)
    return /\.epw$/i.test(file) ? readEpwFile(file, placement) : readCsvFile(file, placement);
  if (inline !== undefined && file === undefined) return readInlineInputs(inline, placement);
  throw new ToolError(
    "invalid_argument",
    `Cannot read the input series: ${file === undefined ? "neither a file nor inline columns are" : "both a file and inline columns are"} given`,
    "Give either file or inline in the input series.",
  );
}
