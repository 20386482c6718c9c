const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const WORDS: Readonly<Record<string, number>> = { true: 1, false: 0 };

/** Reads a cell as a finite number, `true` and `false` as 1 and 0; undefined for an empty cell and anything else. */
export function parseNumber(text: string, decimalComma = false): number | undefined {
  const plain = decimalComma ? text.replace(",", ".") : text;
  if (!NUMBER.test(plain)) return WORDS[plain.trim().toLowerCase()];
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}
