import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { ToolError, toError } from "../errors.ts";

/** Bytes to upload, readable at any place and more than once. Close it. */
export interface UploadSource {
  /** For messages. */
  name: string;
  /** Bytes. */
  size: number;
  /** Exactly `length` bytes from `start`; throws `aborted` where the file has become shorter. */
  read(start: number, length: number): Promise<Buffer>;
  openRange(start: number, length: number): Readable;
  /** Throws `aborted` if the file has another size or modification time than when it was opened. */
  assertUnchanged(): Promise<void>;
  close(): Promise<void>;
}

const CHUNK_BYTES = 256 * 1024;

/** Opens a local file, or wraps bytes. Throws `not_found` or `permission_denied` for a file that cannot be opened. */
export async function openUploadSource(
  source: { file: string } | { bytes: Uint8Array },
): Promise<UploadSource> {
  return "file" in source ? openFile(source.file) : wrapBytes(source.bytes);
}

/** Digests of all bytes in one pass, lower case hex and base64. */
export async function hashSource(source: UploadSource, signal: AbortSignal) {
  const sha256 = createHash("sha256");
  const md5 = createHash("md5");
  for await (const chunk of source.openRange(0, source.size)) {
    signal.throwIfAborted();
    sha256.update(chunk);
    md5.update(chunk);
  }
  const digest = sha256.digest();
  return {
    sha256Hex: digest.toString("hex"),
    sha256Base64: digest.toString("base64"),
    md5Base64: md5.digest("base64"),
  };
}

async function openFile(path: string): Promise<UploadSource> {
  const name = basename(path);
  const handle = await open(path, "r").catch((thrown: unknown) => {
    throw openError(path, toError(thrown));
  });
  const { size, mtimeMs } = await handle.stat();
  const changed = () =>
    new ToolError(
      "aborted",
      `Cannot upload ${name}: the file changed while it was being read`,
      "Call again once nothing writes to the file any more.",
    );
  const read = async (start: number, length: number) => {
    const buffer = Buffer.allocUnsafe(length);
    for (let filled = 0; filled < length; ) {
      const { bytesRead } = await handle.read(buffer, filled, length - filled, start + filled);
      if (bytesRead === 0) throw changed();
      filled += bytesRead;
    }
    return buffer;
  };
  return {
    name,
    size,
    read,
    openRange: (start, length) => Readable.from(readChunks(read, start, length), { objectMode: false }),
    assertUnchanged: async () => {
      const now = await handle.stat();
      if (now.size !== size || now.mtimeMs !== mtimeMs) throw changed();
    },
    close: () => handle.close(),
  };
}

async function* readChunks(
  read: (start: number, length: number) => Promise<Buffer>,
  start: number,
  length: number,
): AsyncGenerator<Buffer> {
  for (let at = 0; at < length; at += CHUNK_BYTES)
    yield await read(start + at, Math.min(CHUNK_BYTES, length - at));
}

function wrapBytes(bytes: Uint8Array): UploadSource {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const slice = (start: number, length: number) => buffer.subarray(start, start + length);
  return {
    name: "data",
    size: buffer.length,
    read: async (start, length) => slice(start, length),
    openRange: (start, length) =>
      Readable.from(length === 0 ? [] : [slice(start, length)], { objectMode: false }),
    assertUnchanged: async () => undefined,
    close: async () => undefined,
  };
}

function openError(path: string, error: Error): ToolError {
  const missing = "code" in error && error.code === "ENOENT";
  return new ToolError(
    missing ? "not_found" : "permission_denied",
    `Cannot open ${path}: ${missing ? "there is no such file" : "the system refused"}`,
    "Give the path of a readable file on this computer.",
    { detail: error.message, cause: error },
  );
}
