import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, linkSync, statSync } from "node:fs";
import { mkdir, rename, stat, utimes } from "node:fs/promises";
import path from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { orUndefined, removeFile } from "../record-files.ts";
import { refuse } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";

/** Bytes of a whole block of a v2 volume (modal/_utils/blob_utils.py). */
export const BLOCK_SIZE = 8 * 1024 * 1024;

const CHUNK = 1024 * 1024;

/** A part of a volume file: the content's sha256 in hex and how many bytes it stands for; missing ones are zeros. */
export interface Segment {
  sha256: string;
  length: number;
}

/** What arrived: its size and digests. */
export interface Received {
  size: number;
  sha256: string;
  md5: Buffer;
}

function fileOf(state: EmulatorState, sha256: string): string {
  return path.join(state.folder, "contents", sha256.slice(0, 2), sha256);
}

/** Whether the content is in the store. Refreshes its age, so that the collector leaves it to whoever asked. */
export async function hasContent(state: EmulatorState, sha256: string): Promise<boolean> {
  if (!/^[0-9a-f]{64}$/.test(sha256)) return refuse(`"${sha256.slice(0, 80)}" is not a sha256 in hex`);
  const now = new Date();
  return (await orUndefined(utimes(fileOf(state, sha256), now, now).then(() => true))) ?? false;
}

/** Writes a stream to a new file, counting and digesting; rejects past `limit` bytes, leaving no file. */
export async function receive(
  source: AsyncIterable<Uint8Array>,
  file: string,
  limit: number,
): Promise<Received> {
  const sha256 = createHash("sha256");
  const md5 = createHash("md5");
  let size = 0;
  const meter = new Transform({
    highWaterMark: CHUNK,
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > limit) return done(new RangeError(`more than the ${limit} bytes that were announced`));
      sha256.update(chunk);
      md5.update(chunk);
      done(null, chunk);
    },
  });
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const sink = createWriteStream(file, { flags: "wx", mode: 0o600, highWaterMark: CHUNK });
  try {
    await pipeline(source, meter, sink);
  } catch (thrown) {
    await removeFile(file);
    throw thrown;
  }
  return { size, sha256: sha256.digest("hex"), md5: md5.digest() };
}

/** Stores a stream under its sha256; undefined where the bytes have another one. */
export async function storeContent(
  state: EmulatorState,
  source: AsyncIterable<Uint8Array> | Uint8Array,
  sha256: string,
  limit: number,
): Promise<Received | undefined> {
  const temporary = path.join(state.folder, "uploads", randomUUID());
  const stream = source instanceof Uint8Array ? Readable.from([source]) : source;
  const received = await receive(stream, temporary, limit);
  if (received.sha256 !== sha256) {
    await removeFile(temporary);
    return undefined;
  }
  const target = fileOf(state, sha256);
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  await rename(temporary, target);
  return received;
}

/** Streams `length` bytes of a content from `start`, zeros past its end. Throws where the store does not hold it. */
export async function* readContent(
  state: EmulatorState,
  sha256: string,
  start: number,
  length: number,
): AsyncGenerator<Buffer> {
  const file = fileOf(state, sha256);
  const { size } = await stat(file);
  const stored = Math.max(0, Math.min(length, size - start));
  if (stored > 0) {
    yield* createReadStream(file, { start, end: start + stored - 1, highWaterMark: CHUNK });
  }
  for (let left = length - stored; left > 0; left -= CHUNK) yield Buffer.alloc(Math.min(left, CHUNK));
}

/** Makes a hard link to the content; false where the segment is not the whole of it, or the two folders cannot be linked. */
export function linkContent(state: EmulatorState, { sha256, length }: Segment, localPath: string): boolean {
  const file = fileOf(state, sha256);
  try {
    if (statSync(file).size !== length) return false;
    linkSync(file, localPath);
    return true;
  } catch {
    return false;
  }
}

/** Bytes of a stored content; throws where the store does not hold it. */
export async function contentSize(state: EmulatorState, sha256: string): Promise<number> {
  return (await stat(fileOf(state, sha256))).size;
}
