import { basename } from "node:path";
import { ToolError } from "../errors.ts";
import { createCsvReader } from "../inputs/csv-records.ts";
import { readTextFile } from "../inputs/read-text-file.ts";
import type { NumberColumn, Series } from "./series.ts";

/** Texts that `String(number)` writes and `Number()` does not read. */
const WORDS: Readonly<Record<string, number>> = { true: 1, false: 0 };

const FIRST_ROWS = 1024;

/**
 * Reads a run's CSV file as it was written (`time [s],h [m],…`). Columns of text (Strings, Binaries, arrays) are left out.
 * Throws `not_found` where the file is gone, `data_loss` where it is no such file.
 */
export async function readSeries(path: string): Promise<Series> {
  const reader = createCsvReader(await readRunFile(path), ",");
  const cells: string[] = [];
  try {
    if (!reader.read(cells) || readHeader(cells[0] ?? "").name !== "time") throw new SyntaxError("no header");
    const columns = cells.map((cell) => new GrowingColumn(readHeader(cell)));
    while (reader.read(cells)) {
      if (cells.length !== columns.length) throw new SyntaxError(`line ${reader.line} is cut off`);
      for (let index = 0; index < columns.length; index++) columns[index]?.add(cells[index] ?? "");
    }
    const [time, ...others] = columns;
    return {
      time: time?.finish().values ?? new Float64Array(),
      columns: others.filter(({ isText }) => !isText).map((column) => column.finish()),
    };
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const message = `Cannot read the series ${basename(path)}: ${cause.message}`;
    throw new ToolError("data_loss", message, "Run the simulation again with `run_fmi_simulation`.", {
      cause,
    });
  }
}

async function readRunFile(path: string): Promise<string> {
  try {
    return await readTextFile(path, Number.POSITIVE_INFINITY);
  } catch (cause) {
    const message = `Cannot read the series ${basename(path)}: it is not there any more`;
    const remedy = "Run the simulation again with `run_fmi_simulation`; series are kept for a limited time.";
    throw new ToolError("not_found", message, remedy, { cause });
  }
}

/** `h [m]` is a name and a unit, `x[2]` an element of an array. */
function readHeader(cell: string): { name: string; unit: string | undefined } {
  const match = /^(.+) \[([^[\]]*)\]$/s.exec(cell);
  return match ? { name: match[1] ?? cell, unit: match[2] } : { name: cell, unit: undefined };
}

class GrowingColumn {
  readonly #header: { name: string; unit: string | undefined };
  #values = new Float64Array(FIRST_ROWS);
  #length = 0;
  isText = false;

  constructor(header: { name: string; unit: string | undefined }) {
    this.#header = header;
  }

  add(cell: string): void {
    if (this.isText) return;
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    const value = WORDS[cell] ?? Number(cell);
    // An empty cell would be 0 to Number().
    if (cell === "" || (Number.isNaN(value) && cell !== "NaN")) this.isText = true;
    this.#values[this.#length++] = value;
  }

  finish(): NumberColumn {
    return { ...this.#header, values: this.#values.subarray(0, this.#length) };
  }
}
