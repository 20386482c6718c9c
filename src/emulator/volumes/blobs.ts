import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Handler, Handlers } from "../handler.ts";
import { isId, newId } from "../ids.ts";
import { orUndefined, removeFile, writeNewFile } from "../record-files.ts";
import { RpcError, refuse } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";
import { type Received, receive } from "./contents.ts";
import { signUrl } from "./transfer-urls.ts";

const MAX_BLOB_BYTES = 8 * 1024 ** 3;

function fileOf(state: EmulatorState, blobId: string): string {
  if (!isId(blobId, "bi")) return refuse(`"${blobId.slice(0, 80)}" is not a blob id`);
  return path.join(state.folder, "blobs", blobId);
}

/**
 * Stores the bytes of a blob; undefined, and nothing stored, where fewer came than were announced or with another
 * MD5 (base64). Rejects with RangeError for more bytes.
 */
export async function receiveBlob(
  state: EmulatorState,
  blobId: string,
  source: AsyncIterable<Uint8Array>,
  announced: { length: number; md5: string | undefined },
): Promise<Received | undefined> {
  const file = fileOf(state, blobId);
  const temporary = path.join(state.folder, "uploads", randomUUID());
  const received = await receive(source, temporary, announced.length);
  const md5 = announced.md5 ?? received.md5.toString("base64");
  if (received.size !== announced.length || received.md5.toString("base64") !== md5) {
    await removeFile(temporary);
    return undefined;
  }
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await rename(temporary, file);
  return received;
}

/** Opens a blob for reading; undefined where its bytes never came. */
export async function readBlob(
  state: EmulatorState,
  blobId: string,
): Promise<{ size: number; stream: AsyncIterable<Buffer> } | undefined> {
  const file = fileOf(state, blobId);
  const found = await orUndefined(stat(file));
  return found && { size: found.size, stream: createReadStream(file, { highWaterMark: 1024 * 1024 }) };
}

/** The last blobs of our own that are small: results, which are asked for as soon as they are there. A blob never changes. */
const recent = new Map<string, Buffer>();
const MOST_RECENT = 4;
const SMALL_BYTES = 256 * 1024;

/** The bytes of a blob in memory. Throws NOT_FOUND where they never came. */
export async function blobBytes(state: EmulatorState, blobId: string): Promise<Buffer> {
  const kept = recent.get(blobId);
  if (kept !== undefined) return kept;
  const bytes = await orUndefined(readFile(fileOf(state, blobId)));
  if (bytes === undefined) throw new RpcError("notFound", `Blob ${blobId} not found`);
  return bytes;
}

/** Stores bytes of the emulator's own (a result too large to go inline) and returns their blob id. */
export async function createBlob(state: EmulatorState, bytes: Buffer): Promise<string> {
  const blobId = newId("bi");
  const file = fileOf(state, blobId);
  if (bytes.length <= SMALL_BYTES) {
    writeNewFile(file, bytes);
    recent.set(blobId, bytes);
    const [oldest] = recent.keys();
    if (recent.size > MOST_RECENT && oldest !== undefined) recent.delete(oldest);
    return blobId;
  }
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, bytes, { mode: 0o600 });
  return blobId;
}

/**
 * Fills both shapes of the answer: the JS client reads the singular members, the Python client the plural ones.
 * Differs: never multipart, whatever the size.
 */
const blobCreate: Handler<{ contentLength: number }> = (state, request) => {
  const length = request.contentLength;
  if (!Number.isSafeInteger(length) || length < 0 || length > MAX_BLOB_BYTES) {
    return refuse(`a blob holds at most ${MAX_BLOB_BYTES} bytes, not ${length}`);
  }
  const blobId = newId("bi");
  const uploadUrl = signUrl(state, "PUT", `/blob/${blobId}/${length}`);
  return { blobId, uploadUrl, blobIds: [blobId], uploadUrls: { items: [uploadUrl] } };
};

const blobGet: Handler<{ blobId: string }> = async (state, request) => {
  if ((await orUndefined(stat(fileOf(state, request.blobId)))) === undefined) {
    throw new RpcError("notFound", `Blob ${request.blobId} not found`);
  }
  return { downloadUrl: signUrl(state, "GET", `/blob/${request.blobId}`) };
};

/** RPCs of blobs. */
export const blobHandlers: Handlers = { BlobCreate: blobCreate, BlobGet: blobGet };
