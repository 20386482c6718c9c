import type { ToolError } from "../errors.ts";
import { quote } from "../fmi/invalid-fmu.ts";
import { CellWords } from "./cell-words.ts";
import type { ColumnHeader } from "./column-header.ts";
import {
  type InputTable,
  placeOf,
  plainColumn,
  type TableColumn,
  type TimePlacement,
  unreadable,
} from "./input-table.ts";
import { parseNumber } from "./parse-number.ts";
import { createTimeColumn, type TimeColumn } from "./time-column.ts";

const TIME_NAME = /^(?:t|[Tt]ime|TIME)$/;
const DATE_NAME = /^(?:date|datetime|date\/time|date time|timestamp)$/i;

function isTimeName(name: string): boolean {
  return TIME_NAME.test(name) || DATE_NAME.test(name);
}

function findTimeColumn(headers: readonly ColumnHeader[]): number {
  const named = headers.findIndex(({ name }) => TIME_NAME.test(name));
  const dated = headers.findIndex(({ name }) => DATE_NAME.test(name));
  return Math.max(named >= 0 ? named : dated, 0);
}

/** Collects the rows of a CSV file into columns of numbers, and of words where cells hold some. */
export class CsvTable {
  readonly #source: string;
  readonly #headers: readonly ColumnHeader[];
  readonly #timeIndex: number;
  readonly #time: Float64Array;
  readonly #values: readonly Float64Array[];
  readonly #problems: (ToolError | undefined)[] = [];
  readonly #words: (CellWords | undefined)[] = [];
  readonly #decimalComma: boolean;
  #times: TimeColumn | undefined;
  #rows = 0;

  /** `rows` is the most that may come. */
  constructor(source: string, headers: readonly ColumnHeader[], rows: number, decimalComma: boolean) {
    this.#source = source;
    this.#headers = headers;
    this.#timeIndex = findTimeColumn(headers);
    this.#time = new Float64Array(rows);
    this.#values = headers.map((_, index) => new Float64Array(index === this.#timeIndex ? 0 : rows));
    this.#decimalComma = decimalComma;
  }

  /** Takes the cells of a line; throws `invalid_argument` for one of another width and for a time that cannot be read. */
  addRow(cells: readonly string[], line: number, placement: TimePlacement): void {
    this.#checkWidth(cells, line);
    const timeCell = cells[this.#timeIndex] ?? "";
    const timeHeader = this.#headers[this.#timeIndex];
    this.#times ??= createTimeColumn(this.#source, timeCell, timeHeader?.unit, placement, this.#decimalComma);
    const place = () => placeOf(line, timeHeader?.name ?? "");
    this.#time[this.#rows] = this.#times.next(timeCell, place);
    for (let column = 0; column < this.#headers.length; column++) {
      if (column !== this.#timeIndex) this.#addValue(column, cells[column] ?? "", line);
    }
    this.#rows += 1;
  }

  /** The table of all rows; throws `invalid_argument` where none came. */
  finish(): InputTable {
    if (this.#rows === 0)
      throw unreadable(this.#source, "it has a header and no rows", "Give a file with a row for every time.");
    const columns = new Map<string, TableColumn>();
    this.#headers.forEach(({ name, unit }, index) => {
      if (index === this.#timeIndex || name === "") return;
      const values = (this.#values[index] as Float64Array).subarray(0, this.#rows);
      columns.set(name, {
        ...plainColumn(values, unit),
        problem: this.#problems[index],
        words: this.#words[index],
      });
    });
    const time = this.#time.subarray(0, this.#rows);
    return {
      source: this.#source,
      time,
      columns,
      notes: [...this.#describeTime(), ...(this.#times?.notes ?? [])],
    };
  }

  #describeTime(): string[] {
    const { name = "" } = this.#headers[this.#timeIndex] ?? {};
    return isTimeName(name) ? [] : [`The first column, ${quote(name)}, was read as the time.`];
  }

  // Only the first bad cell of a column is told, and only where the column is used.
  #addValue(column: number, text: string, line: number): void {
    const value = parseNumber(text, this.#decimalComma);
    (this.#values[column] as Float64Array)[this.#rows] = value ?? Number.NaN;
    if (value !== undefined || this.#problems[column] !== undefined) return;
    const word = text.trim();
    if (word === "") this.#problems[column] = this.#badCell(column, "the cell is empty", line);
    else if (!this.#addWord(column, word, line)) this.#problems[column] = this.#words[column]?.problem;
  }

  #addWord(column: number, word: string, line: number): boolean {
    this.#words[column] ??= new CellWords(
      this.#time.length,
      this.#badCell(column, `${quote(word)} is no number`, line),
    );
    return this.#words[column].add(this.#rows, word);
  }

  #badCell(column: number, what: string, line: number): ToolError {
    const problem = `${placeOf(line, this.#headers[column]?.name ?? "")}: ${what}`;
    const remedy =
      "Write a plain number there, with a point (or, between semicolons, a comma) for the decimals.";
    return unreadable(this.#source, problem, remedy);
  }

  #checkWidth(cells: readonly string[], line: number): void {
    const width = this.#headers.length;
    const spare = cells.slice(width).some((cell) => cell.trim() !== "");
    if (cells.length >= width && !spare) return;
    const problem = `line ${line} has ${cells.length} cells and the header has ${width}`;
    throw unreadable(this.#source, problem, "Give every line as many cells as the header.");
  }
}
