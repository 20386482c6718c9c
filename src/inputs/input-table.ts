import { ToolError } from "../errors.ts";
import type { InputInterpolation } from "../fmi/input/input-series.ts";
import { quote } from "../fmi/invalid-fmu.ts";
import type { CellWords } from "./cell-words.ts";

/** A column as its source has it, before it meets a variable. */
export interface TableColumn {
  values: Float64Array;
  /** As written; undefined where the source names none. */
  unit: string | undefined;
  /** What the source says of the time between points; undefined leaves it to the variable. */
  interpolation: InputInterpolation | undefined;
  /** Why a straight line would place the values wrongly, as the end of a sentence; undefined where it would not. */
  onlyHeld: string | undefined;
  /** Why the column cannot be used. Thrown where it is used, so that columns nobody asks for may hold anything. */
  problem: ToolError | undefined;
  /** What its cells hold that are no numbers; undefined where all are. */
  words: CellWords | undefined;
  /** What to tell where it is used. */
  warnings: readonly string[];
}

/** What a file or a call gives as inputs over time: columns by name, and the model time of their rows. */
export interface InputTable {
  /** For messages: `the file "weather.csv"`. */
  source: string;
  /** s of model time, never decreasing. */
  time: Float64Array;
  columns: ReadonlyMap<string, TableColumn>;
  /** How the table was read. */
  notes: readonly string[];
}

/** How rows are placed in model time. */
export interface TimePlacement {
  /** Start of the run, s: where the first row lies when times are dates and no origin is given. */
  startTime: number;
  /** The date, ISO 8601, at which model time is 0. */
  timeOrigin?: string | undefined;
}

/** A column of numbers and nothing more to say. */
export function plainColumn(values: Float64Array, unit?: string): TableColumn {
  const nothing = { interpolation: undefined, onlyHeld: undefined, problem: undefined, words: undefined };
  return { values, unit, ...nothing, warnings: [] };
}

/** The error for a source that cannot be read: `problem` is the end of a sentence, without its full stop. */
export function unreadable(source: string, problem: string, remedy: string, cause?: unknown): ToolError {
  return new ToolError("invalid_argument", `Cannot read ${source}: ${problem}`, remedy, { cause });
}

/** Where a value stands in a file: `line 17, column "T_out"`. */
export function placeOf(line: number, column: string): string {
  return `line ${line}, column ${quote(column)}`;
}
