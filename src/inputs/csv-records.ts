/** The characters that may stand between the cells of a record. */
export type Separator = "," | ";" | "\t";

/** Reads the records of a text one after the other. */
export interface CsvReader {
  /** Line of the record read last, from 1. */
  readonly line: number;
  /** Fills `cells` with the next record that is not blank; false at the end. */
  read(cells: string[]): boolean;
}

/** The separator of a text by its first line: a semicolon, else a tab, else a comma, outside quotes. */
export function findSeparator(text: string): Separator {
  const [header = ""] = text.trimStart().split(/\r?\n/, 1);
  const bare = header.replace(/"[^"]*"/g, "");
  if (bare.includes(";")) return ";";
  return bare.includes("\t") ? "\t" : ",";
}

/**
 * Makes a reader of CSV text (RFC 4180: CRLF or LF, quoted cells with doubled quotes and line breaks). `read` throws a
 * `SyntaxError` for a quote that nothing closes; cells come untrimmed.
 */
export function createCsvReader(text: string, separator: Separator): CsvReader {
  let at = 0;
  let nextLine = 1;
  let line = 0;
  let nextQuote = text.indexOf('"');
  return {
    get line() {
      return line;
    },
    read(cells) {
      for (;;) {
        if (at >= text.length) return false;
        line = nextLine;
        if (nextQuote >= 0 && nextQuote < at) nextQuote = text.indexOf('"', at);
        let end = text.indexOf("\n", at);
        if (end < 0) end = text.length;
        if (nextQuote >= 0 && nextQuote < end) {
          const quoted = splitQuoted(text, at, separator, cells);
          nextLine += quoted.lines;
          at = quoted.next;
        } else {
          splitPlain(text, at, text[end - 1] === "\r" ? end - 1 : end, separator, cells);
          nextLine += 1;
          at = end + 1;
        }
        if (cells.length > 1 || cells[0]?.trim() !== "") return true;
      }
    },
  };
}

function splitPlain(text: string, from: number, end: number, separator: string, cells: string[]): void {
  let count = 0;
  let at = from;
  for (;;) {
    const next = text.indexOf(separator, at);
    const stop = next < 0 || next > end ? end : next;
    cells[count++] = text.slice(at, stop);
    if (stop === end) break;
    at = stop + 1;
  }
  cells.length = count;
}

function splitQuoted(
  text: string,
  from: number,
  separator: string,
  cells: string[],
): { next: number; lines: number } {
  cells.length = 0;
  let at = from;
  for (;;) {
    const cell = /^[ \t]*"/.test(text.slice(at, at + 80))
      ? readQuoted(text, at)
      : readBare(text, at, separator);
    cells.push(cell.text);
    at = cell.next;
    if (text[at] !== separator) break;
    at += 1;
  }
  if (text[at] === "\r") at += 1;
  if (at < text.length && text[at] !== "\n") throw new SyntaxError("text follows a closing quote");
  const lines = text.slice(from, at).split("\n").length;
  return { next: at + 1, lines };
}

function readBare(text: string, from: number, separator: string): { text: string; next: number } {
  let next = from;
  while (next < text.length && text[next] !== separator && text[next] !== "\n") next += 1;
  const end = text[next - 1] === "\r" && text[next] !== separator ? next - 1 : next;
  return { text: text.slice(from, end), next };
}

function readQuoted(text: string, from: number): { text: string; next: number } {
  const open = text.indexOf('"', from);
  let close = open;
  do {
    close = text.indexOf('"', close + 1);
    if (close < 0) throw new SyntaxError("a quote is not closed");
    if (text[close + 1] !== '"') break;
    close += 1;
  } while (close > 0);
  let next = close + 1;
  while (text[next] === " ") next += 1;
  return { text: text.slice(open + 1, close).replaceAll('""', '"'), next };
}
