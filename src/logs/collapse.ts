import type { ShownLine } from "./log-view.ts";

/** The longest group of lines whose repeats are found. */
const MOST_LINES = 4;
/** Times at the beginning of a line, as loggers write them, differ where the line does not. */
const TIME = /^\W?\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})?\W?\s*/;

/** Collapses lines, and groups of up to 4 lines, that come again and again to the first of them and how often they came. */
export function collapseRepeats(lines: readonly ShownLine[]): { lines: ShownLine[]; collapsed: boolean } {
  const keys = lines.map(
    ({ entry, text }) => `${entry.source} ${entry.functionCallId} ${text.replace(TIME, "")}`,
  );
  const result: ShownLine[] = [];
  let collapsed = false;
  for (let index = 0; index < lines.length; ) {
    const { size, times } = findRepeat(keys, index);
    const group = lines.slice(index, index + size);
    result.push(...group);
    const last = lines[index + size * times - 1];
    if (times > 1 && last !== undefined) {
      collapsed = true;
      const what = size === 1 ? "" : `the last ${size} lines `;
      result.push({ entry: last.entry, text: `… ${what}repeated ${times - 1} times` });
    }
    index += size * times;
  }
  return { lines: result, collapsed };
}

/** The group at `start` that comes most often in a row; a single line that comes twice is left as it is. */
function findRepeat(keys: readonly string[], start: number): { size: number; times: number } {
  for (let size = 1; size <= MOST_LINES; size += 1) {
    let times = 1;
    while (isSame(keys, start, start + size * times, size)) times += 1;
    if (times > 2) return { size, times };
  }
  return { size: 1, times: 1 };
}

function isSame(keys: readonly string[], first: number, second: number, size: number): boolean {
  if (second + size > keys.length) return false;
  for (let offset = 0; offset < size; offset += 1)
    if (keys[first + offset] !== keys[second + offset]) return false;
  return true;
}
