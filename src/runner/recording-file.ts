import { closeSync, openSync, read, readSync } from "node:fs";
import { promisify } from "node:util";
import type { ModelDescription } from "../fmi/description/model-description.ts";
import {
  type DebugPoints,
  debugRingBytes,
  debugVariables,
  readDebugRing,
} from "../fmi/recording/debug-points.ts";
import {
  LIST_BYTES,
  listedVariables,
  type RecordedList,
  readLists,
} from "../fmi/recording/list-recording.ts";
import { columnOffset, type RecordingSummary, readSummary, summaryBytes } from "../fmi/recording/recorder.ts";

/** A recording read back, thinned to what may be sent. */
export interface StoredRecording extends RecordingSummary {
  /** Every n-th row was kept, the last, and as far as there is room both rows of every event; 1 means all. */
  thinnedBy: number;
  time: Float64Array<ArrayBuffer>;
  columns: Float64Array<ArrayBuffer>[];
}

/**
 * Reads a recording's file, finished or cut off, keeping at most `maxBytes` of times and columns; undefined where the
 * process did not come to make it. One column at a time is in memory in full.
 */
export async function findRecording(
  path: string,
  columns: number,
  capacity: number,
  maxBytes: number,
): Promise<StoredRecording | undefined> {
  const file = findFile(path);
  if (file === undefined) return undefined;
  try {
    const head = await readFloats(file, 0, summaryBytes(columns) / 8);
    const summary = readSummary(head, columns, capacity);
    const maxRows = Math.max(4, Math.floor(maxBytes / 8 / (columns + 1)));
    const readColumn = (index: number) =>
      readFloats(file, columnOffset(columns, capacity, index), summary.rows);
    const time = await readColumn(0);
    const { thinnedBy, rows } = chooseRows(time, maxRows);
    const series: Float64Array<ArrayBuffer>[] = [];
    for (let index = 1; index <= columns; index++) series.push(pick(await readColumn(index), rows));
    return { ...summary, thinnedBy, time: pick(time, rows), columns: series };
  } finally {
    closeSync(file);
  }
}

/** Reads the last points back, finished or cut off; undefined where the process did not come to them. */
export async function findDebugPoints(
  path: string,
  description: ModelDescription,
): Promise<DebugPoints | undefined> {
  const file = findFile(path);
  if (file === undefined) return undefined;
  try {
    const variables = debugVariables(description).length;
    return readDebugRing(await readFloats(file, 0, debugRingBytes(variables) / 8), variables);
  } finally {
    closeSync(file);
  }
}

/** Reads the Strings and Binaries back, finished or cut off: none where there are none, undefined where they are too large. */
export async function findLists(
  path: string,
  description: ModelDescription,
  outputs: readonly string[],
): Promise<RecordedList[] | undefined> {
  const listed = listedVariables(description, outputs);
  const file = listed.length === 0 ? undefined : findFile(path);
  if (file === undefined) return [];
  try {
    return readLists(await readBytes(file, 0, LIST_BYTES), listed);
  } finally {
    closeSync(file);
  }
}

/* Up to this size, handing a read over to a thread takes longer than the read. */
const AT_ONCE_BYTES = 256 * 1024;

const readLater = promisify(read);

function findFile(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch {
    return undefined;
  }
}

async function readFloats(file: number, offset: number, count: number): Promise<Float64Array<ArrayBuffer>> {
  return new Float64Array((await readBytes(file, offset, 8 * count)).buffer);
}

/* What lies beyond the end of the file is 0. */
async function readBytes(file: number, offset: number, count: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(count);
  let filled = 0;
  while (filled < bytes.length) {
    const place = [filled, bytes.length - filled, offset + filled] as const;
    const bytesRead =
      bytes.length <= AT_ONCE_BYTES
        ? readSync(file, bytes, ...place)
        : (await readLater(file, bytes, ...place)).bytesRead;
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes;
}

interface ChosenRows {
  thinnedBy: number;
  /* All where undefined. */
  rows: readonly number[] | undefined;
}

/* Half of an event's pair would be a slant in place of a jump: an instant of several rows is kept by its outer two, or not. */
function chooseRows(time: Float64Array, maxRows: number): ChosenRows {
  if (time.length <= maxRows) return { thinnedBy: 1, rows: undefined };
  const instants = findInstants(time);
  const pairs = instants.reduce((count, [first, last]) => count + (first < last ? 1 : 0), 0);
  const keepsPairs = 4 * pairs <= maxRows;
  // How many instants may be kept: besides all pairs, or where each may be a pair.
  const room = keepsPairs ? maxRows - 2 * pairs : Math.floor(maxRows / 2);
  // One instant beyond the thinned ones: the last is always kept.
  const thinnedBy = Math.ceil(instants.length / (room - 1));
  const kept = instants.filter(
    ([first, last], index) =>
      index % thinnedBy === 0 || index === instants.length - 1 || (keepsPairs && first < last),
  );
  return { thinnedBy, rows: kept.flatMap(([first, last]) => (first < last ? [first, last] : [first])) };
}

/* The first and the last row of each time. */
function findInstants(time: Float64Array): [number, number][] {
  const instants: [number, number][] = [];
  for (let row = 0; row < time.length; row++) {
    const current = instants.at(-1);
    if (current !== undefined && time[row] === time[current[0]]) current[1] = row;
    else instants.push([row, row]);
  }
  return instants;
}

function pick(
  values: Float64Array<ArrayBuffer>,
  rows: readonly number[] | undefined,
): Float64Array<ArrayBuffer> {
  return rows === undefined ? values : Float64Array.from(rows, (row) => values[row] ?? 0);
}
