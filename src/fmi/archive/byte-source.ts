import { type FileHandle, open } from "node:fs/promises";
import { ToolError, toError } from "../../errors.ts";

/** Bytes that can be read at any place: a file, a buffer, a file on a volume. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /** Exactly `length` bytes from `start`; rejects where that goes past the end. The result must not be written to. */
  read(start: number, length: number): Promise<Uint8Array>;
  /** Gives up what is held; harmless when called again. */
  close(): Promise<void>;
}

/** Opens a regular file for reading; throws `not_found`, `permission_denied` or `invalid_argument`. */
export async function openFileSource(path: string): Promise<ByteSource> {
  const handle = await openRegularFile(path);
  const { size } = await handle.stat();
  let closed = false;
  return {
    size,
    read: (start, length) => readFully(handle, path, start, length),
    close: async () => {
      if (closed) return;
      closed = true;
      await handle.close();
    },
  };
}

/** The bytes of a buffer as a source, without copying them. */
export function bufferSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: async (start, length) => {
      assertRange(bytes.length, start, length);
      return bytes.subarray(start, start + length);
    },
    close: async () => {},
  };
}

/** Throws a `RangeError` unless the range lies within `size` bytes. */
export function assertRange(size: number, start: number, length: number): void {
  const sound = Number.isSafeInteger(start) && Number.isSafeInteger(length) && start >= 0 && length >= 0;
  if (!sound || start + length > size) {
    throw new RangeError(
      `the range from byte ${start}, ${length} long, lies outside the ${size} bytes there are`,
    );
  }
}

async function openRegularFile(path: string): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch (thrown) {
    throw openingError(path, thrown);
  }
  const stats = await handle.stat();
  if (stats.isFile()) return handle;
  await handle.close();
  throw notAFile(path, stats.isDirectory() ? "a folder" : "no regular file");
}

function openingError(path: string, thrown: unknown): ToolError {
  const code = (thrown as NodeJS.ErrnoException).code;
  const message = `Cannot open ${JSON.stringify(path)}:`;
  const cause = { cause: thrown };
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new ToolError(
      "not_found",
      `${message} there is no such file.`,
      "Check the path and call again.",
      cause,
    );
  }
  if (code === "EACCES" || code === "EPERM") {
    const remedy = "Give this user the right to read the file and call again.";
    return new ToolError("permission_denied", `${message} reading it is not allowed.`, remedy, cause);
  }
  if (code === "EISDIR") return notAFile(path, "a folder");
  return new ToolError(
    "unavailable",
    `${message} ${toError(thrown).message}.`,
    "Check the file and call again.",
    cause,
  );
}

function notAFile(path: string, what: string): ToolError {
  const message = `Cannot open ${JSON.stringify(path)}: it is ${what}.`;
  return new ToolError("invalid_argument", message, "Give the path of an .fmu file.");
}

async function readFully(
  handle: FileHandle,
  path: string,
  start: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, start + filled);
    if (bytesRead === 0) {
      const message = `Cannot read ${JSON.stringify(path)}: it ends before byte ${start + length}.`;
      throw new ToolError(
        "aborted",
        message,
        "Wait until nothing writes to the file any more and call again.",
      );
    }
    filled += bytesRead;
  }
  return bytes;
}
