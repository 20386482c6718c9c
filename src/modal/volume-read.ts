import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { ToolError, toError } from "../errors.ts";
import { fetchBody } from "./http-transfer.ts";
import { missingPath } from "./missing-path.ts";
import type { VolumeInfo } from "./modal.ts";
import { type Connection, joinSignals, request } from "./request.ts";
import { BLOCK_BYTES } from "./volume-upload.ts";

const ZEROS = Buffer.alloc(64 * 1024);

/** A range of a file to fetch; length 0 means to the end. */
interface Fetch {
  connection: Connection;
  volume: VolumeInfo;
  path: string;
  start: number;
  length: number;
  what: string;
  signal: AbortSignal;
}

type Sink = (chunk: Buffer, position: number) => void | Promise<void>;

/** Bytes `start`..`start+length` (length 0: to the end) of a file, and the file's whole size. */
export async function readRange(
  connection: Connection,
  volume: VolumeInfo,
  path: string,
  range: { start: number; length: number },
  signal?: AbortSignal,
): Promise<{ bytes: Uint8Array; size: number }> {
  const what = `read ${path} from volume "${volume.name}"`;
  let bytes: Buffer = Buffer.alloc(0);
  const size = await fetchFile(
    { connection, volume, path, ...range, what, signal: joinSignals(connection, signal) },
    (length) => {
      bytes = Buffer.alloc(length);
    },
    (chunk, position) => void chunk.copy(bytes, position),
  );
  return { bytes, size };
}

/** Fetches a whole file into a temporary file beside `localPath`, then renames it there. */
export async function downloadFile(
  connection: Connection,
  volume: VolumeInfo,
  path: string,
  localPath: string,
  signal?: AbortSignal,
): Promise<{ size: number }> {
  const what = `download ${path} from volume "${volume.name}"`;
  const partPath = `${localPath}.${randomBytes(6).toString("hex")}.part`;
  const file = await open(partPath, "wx", 0o600).catch((thrown: unknown) => {
    throw localError(what, localPath, thrown);
  });
  try {
    const joined = joinSignals(connection, signal);
    const size = await fetchFile(
      { connection, volume, path, start: 0, length: 0, what, signal: joined },
      () => undefined,
      async (chunk, position) => {
        await file.write(chunk, 0, chunk.length, position).catch((thrown: unknown) => {
          throw localError(what, localPath, thrown);
        });
      },
    );
    await file.close();
    await rename(partPath, localPath);
    return { size };
  } catch (thrown) {
    await file.close().catch(() => undefined);
    await rm(partPath, { force: true });
    throw thrown instanceof ToolError ? thrown : localError(what, localPath, thrown);
  }
}

/** Hands every byte of the range to `sink` with its position in the range; returns the file's whole size. */
async function fetchFile(fetch: Fetch, onLength: (length: number) => void, sink: Sink): Promise<number> {
  const { connection, volume, path, start, length, what, signal } = fetch;
  const reply = await request(
    connection,
    what,
    (controlPlane, rpc) =>
      controlPlane.volumeGetFile2({ volumeId: volume.id, path, start, len: length }, rpc),
    { signal },
  ).catch((thrown: unknown) => {
    throw missingPath(thrown, volume, path);
  });
  onLength(reply.len);
  const expected = expectedLengths(reply.getUrls.length, reply.start, reply.len);
  let position = 0;
  for (const [index, url] of reply.getUrls.entries()) {
    const fetched = await fetchBlock(url, position, fetch, sink);
    const missing = Math.max(0, (expected?.[index] ?? fetched) - fetched);
    await writeZeros(position + fetched, missing, sink);
    position += fetched + missing;
  }
  if (position !== reply.len)
    throw new ToolError(
      "data_loss",
      `Cannot ${what}: ${position} of ${reply.len} bytes arrived`,
      "Call again; if it fails again, upload the file again.",
    );
  return reply.size;
}

async function fetchBlock(url: string, position: number, fetch: Fetch, sink: Sink): Promise<number> {
  let fetched = 0;
  await fetchBody(url, {
    what: fetch.what,
    signal: fetch.signal,
    onRestart: () => {
      fetched = 0;
    },
    onChunk: async (chunk) => {
      await sink(chunk, position + fetched);
      fetched += chunk.length;
    },
  });
  return fetched;
}

/** Bytes that each URL stands for, where there is one per block: a server may leave out a block's trailing zeros. */
function expectedLengths(urls: number, start: number, length: number): number[] | undefined {
  const lengths: number[] = [];
  for (let at = start; at < start + length; ) {
    const end = Math.min(start + length, (Math.floor(at / BLOCK_BYTES) + 1) * BLOCK_BYTES);
    lengths.push(end - at);
    at = end;
  }
  return lengths.length === urls ? lengths : undefined;
}

async function writeZeros(position: number, count: number, sink: Sink): Promise<void> {
  for (let at = 0; at < count; at += ZEROS.length)
    await sink(ZEROS.subarray(0, Math.min(ZEROS.length, count - at)), position + at);
}

function localError(what: string, localPath: string, thrown: unknown): ToolError {
  return new ToolError(
    "failed_precondition",
    `Cannot ${what}: writing to ${localPath} failed`,
    "Give a path in an existing, writable folder with enough space.",
    { detail: toError(thrown).message, cause: thrown },
  );
}
