import type { ToolError } from "../errors.ts";

/* Codes of 16 bits, of which 0 is none. */
const MOST_WORDS = 65_535;

/** The cells of a column that hold no number: names of an enumeration's items, should the column drive one. */
export class CellWords {
  /** Why the column cannot drive anything else: the first of these cells. */
  readonly problem: ToolError;
  /* By row: 0 where the cell is a number, else one more than the place of its word. */
  readonly #codes: Uint16Array;
  readonly #codeOf = new Map<string, number>();

  /** `rows` is the most that may come. */
  constructor(rows: number, problem: ToolError) {
    this.problem = problem;
    this.#codes = new Uint16Array(rows);
  }

  /** Keeps the word of a row; false where there are too many different ones for any enumeration. */
  add(row: number, word: string): boolean {
    const code = this.#codeOf.get(word) ?? this.#codeOf.size + 1;
    if (code > MOST_WORDS) return false;
    this.#codeOf.set(word, code);
    this.#codes[row] = code;
    return true;
  }

  /** A copy of the values with the words' numbers in their places, or the first word that has none, and its row. */
  replaceIn(
    values: Float64Array,
    numbers: ReadonlyMap<string, number>,
  ): Float64Array | { word: string; row: number } {
    const words = [...this.#codeOf.keys()];
    const byCode = [Number.NaN, ...words.map((word) => numbers.get(word))];
    const replaced = values.slice();
    for (let row = 0; row < values.length; row++) {
      const code = this.#codes[row] as number;
      if (code === 0) continue;
      const number = byCode[code];
      if (number === undefined) return { word: words[code - 1] ?? "", row };
      replaced[row] = number;
    }
    return replaced;
  }
}
