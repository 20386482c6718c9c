import { closeSync, openSync, read, readSync } from "node:fs";
import { promisify } from "node:util";
import { type DebugPoints, debugRingBytes, debugVariables, readDebugRing } from "../fmi/debug-points.ts";
import type { ModelDescription } from "../fmi/model-description.ts";
import { columnOffset, type RecordingSummary, readSummary, summaryBytes } from "../fmi/recorder.ts";

/** A recording read back, thinned to what may be sent. */
export interface StoredRecording extends RecordingSummary {
  /** Every n-th row was kept, and the last; 1 means all. */
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
    const maxRows = Math.max(2, Math.floor(maxBytes / 8 / (columns + 1)));
    // One row beyond the thinned ones: the last is always kept.
    const thinnedBy = summary.rows <= maxRows ? 1 : Math.ceil(summary.rows / (maxRows - 1));
    const series: Float64Array<ArrayBuffer>[] = [];
    for (let index = 0; index <= columns; index++) {
      const values = await readFloats(file, columnOffset(columns, capacity, index), summary.rows);
      series.push(thin(values, thinnedBy));
    }
    const [time = new Float64Array(), ...rest] = series;
    return { ...summary, thinnedBy, time, columns: rest };
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
  const floats = new Float64Array(count);
  const bytes = new Uint8Array(floats.buffer);
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
  return floats;
}

function thin(values: Float64Array<ArrayBuffer>, every: number): Float64Array<ArrayBuffer> {
  if (every === 1) return values;
  const kept: number[] = [];
  for (let i = 0; i < values.length; i += every) kept.push(values[i] ?? 0);
  if ((values.length - 1) % every !== 0) kept.push(values.at(-1) ?? 0);
  return Float64Array.from(kept);
}
