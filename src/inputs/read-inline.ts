import type { InputInterpolation } from "../fmi/input/input-series.ts";
import { quote } from "../fmi/invalid-fmu.ts";
import { parseColumnHeader } from "./column-header.ts";
import {
  type InputTable,
  plainColumn,
  type TableColumn,
  type TimePlacement,
  unreadable,
} from "./input-table.ts";
import { createTimeColumn } from "./time-column.ts";

/** Inputs over time inside a call. */
export interface InlineInputs {
  /** s, or ISO 8601 dates. */
  time: readonly (number | string)[];
  /** By name, which may end in a unit as a CSV header does (`T_out [degC]`). */
  columns: Readonly<Record<string, readonly (number | boolean)[]>>;
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
    checkValues(header, values, time.length);
    const column = plainColumn(Float64Array.from(values, Number), unit);
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

function checkValues(name: string, values: readonly (number | boolean)[], rows: number): void {
  if (values.length !== rows) {
    const problem = `the column ${quote(name)} has ${values.length} values for ${rows} times`;
    throw unreadable(SOURCE, problem, "Give one value per time in every column.");
  }
  const at = values.findIndex((value) => !Number.isFinite(Number(value)));
  if (at < 0) return;
  const problem = `value ${at + 1} of the column ${quote(name)} is ${values[at]}`;
  throw unreadable(SOURCE, problem, "Give finite numbers only.");
}
