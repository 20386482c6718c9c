import type { Readable } from "node:stream";

const LONGEST_LINE = 8192;

/**
 * Hands over a stream's text line by line; a line longer than 8,192 characters comes in pieces. Returns what hands over a last
 * line without an end, before the stream's own.
 */
export function readLines(stream: Readable, onLine: (line: string) => void): () => void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line.replace(/\r$/, ""));
    while (rest.length > LONGEST_LINE) {
      onLine(rest.slice(0, LONGEST_LINE));
      rest = rest.slice(LONGEST_LINE);
    }
  });
  const flush = () => {
    if (rest !== "") onLine(rest);
    rest = "";
  };
  stream.on("end", flush);
  stream.on("error", () => {});
  return flush;
}
