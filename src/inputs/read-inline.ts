import type { ToolError } from "../errors.ts";
import type { InputInterpolation } from "../fmi/input/input-series.ts";
import { quote } from "../fmi/invalid-fmu.ts";
import { CellWords } from "./cell-words.ts";
import { parseColumnHeader } from "./column-header.ts";
import {
  type InputTable,
  plainColumn,
  type TableColumn,
  type TimePlacement,
  unreadable,
} from "./input-table.ts";
import { parseNumber } from "./parse-number.ts";
import { createTimeColumn } from "./time-column.ts";

/** A number, a truth, or text: a number or the name of an enumeration's item. */
type InlineValue = number | boolean | string;

/** Inputs over time inside a call. */
export interface InlineInputs {
  /** s, or ISO 8601 dates. */
  time: readonly (number | string)[];
  /** By name, which may end in a unit as a CSV header does (`T_out [degC]`). */
  columns: Readonly<Record<string, readonly InlineValue[]>>;
  /** By column. */
  interpolation?: Readonly<Record<string, InputInterpolation>> | undefined;
}

const SOURCE = "the inline input series";

/** Reads inline inputs; throws `invalid_argument` for columns of another length than `time` and for times that go back. */
export function readInlineInputs(inline: InlineInputs, placement: TimePlacement): InputTable {
  const { time, interpolation = {} } = inline;
  if (time.length === 0)
    throw unreadable(SOURCE, "it has no times", "Give at least the start and the stop time.");
  const times = createTimeColumn(SOURCE, String(time[0]), undefined, placement);
  const seconds = Float64Array.from(time, (each, index) =>
    times.next(String(each), () => `time ${index + 1}`),
  );
  const columns = new Map<string, TableColumn>();
  for (const [header, values] of Object.entries(inline.columns)) {
    const { name, unit } = parseColumnHeader(header);
    if (columns.has(name))
      throw unreadable(SOURCE, `the column ${quote(name)} is there twice`, "Leave out one of the two.");
    if (values.length !== time.length) throw otherLength(header, values.length, time.length);
    const column = { ...readColumn(header, values), unit };
    columns.set(name, { ...column, interpolation: interpolation[header] ?? interpolation[name] });
  }
  const names = [...Object.keys(inline.columns), ...columns.keys()];
  const stray = Object.keys(interpolation).find((name) => !names.includes(name));
  if (stray !== undefined)
    throw unreadable(
      SOURCE,
      `its interpolation names ${quote(stray)}, which is no column`,
      "Name one of its columns.",
    );
  return { source: SOURCE, time: seconds, columns, notes: times.notes };
}

function otherLength(name: string, values: number, times: number): ToolError {
  const problem = `the column ${quote(name)} has ${values} values for ${times} times`;
  return unreadable(SOURCE, problem, "Give one value per time in every column.");
}

function readColumn(name: string, given: readonly InlineValue[]): TableColumn {
  const values = new Float64Array(given.length);
  let words: CellWords | undefined;
  given.forEach((value, row) => {
    const number = typeof value === "string" ? parseNumber(value) : Number(value);
    values[row] = number ?? Number.NaN;
    if (Number.isFinite(number)) return;
    const shown = typeof value === "string" ? `${quote(value)}, no number` : value;
    const problem = `value ${row + 1} of the column ${quote(name)} is ${shown}`;
    const error = unreadable(SOURCE, problem, "Give finite numbers only.");
    if (typeof value !== "string") throw error;
    words ??= new CellWords(given.length, error);
    if (!words.add(row, value)) throw error;
  });
  return { ...plainColumn(values), words };
}
