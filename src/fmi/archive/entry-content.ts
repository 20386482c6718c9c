import { Readable } from "node:stream";
import { crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import type { ZipFile } from "yauzl";
import { ToolError, toError } from "../../errors.ts";
import { invalidFmu, quote } from "../invalid-fmu.ts";
import type { CheckedEntry } from "./archive-entries.ts";
import type { ByteSource } from "./byte-source.ts";

const CHUNK_BYTES = 1024 * 1024;
/* A stream costs more than it saves below this. */
const AT_ONCE_BYTES = 256 * 1024;

/**
 * The unpacked bytes of an entry, in chunks. Never yields more than the entry declares; throws `invalid_fmu` where size or
 * checksum differ from what is declared, and what the source throws.
 */
export async function* unpackEntry(
  source: ByteSource,
  zip: ZipFile,
  fileName: string,
  entry: CheckedEntry,
): AsyncGenerator<Uint8Array> {
  const damaged = (problem: string, cause?: unknown) =>
    invalidFmu(fileName, `its entry ${quote(entry.path)} ${problem}`, {
      remedy: "Copy or export the FMU again: this file is damaged.",
      detail: cause === undefined ? undefined : toError(cause).message,
      cause,
    });
  let size = 0;
  let checksum = 0;
  try {
    for await (const chunk of inflatedChunks(source, zip, entry)) {
      size += chunk.length;
      if (size > entry.size) throw damaged(`unpacks to more than the ${entry.size} bytes it declares`);
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  } catch (thrown) {
    throw thrown instanceof ToolError ? thrown : damaged("cannot be unpacked", thrown);
  }
  if (size < entry.size) throw damaged(`unpacks to ${size} bytes, not to the ${entry.size} it declares`);
  if (checksum !== entry.raw.crc32) throw damaged("does not match its checksum");
}

async function* inflatedChunks(
  source: ByteSource,
  zip: ZipFile,
  entry: CheckedEntry,
): AsyncGenerator<Uint8Array> {
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry.raw, { minimal: true });
  const packed = packedChunks(source, fileDataStart, entry.raw.compressedSize);
  if (entry.raw.compressionMethod === 0) {
    yield* packed;
    return;
  }
  if (entry.size <= AT_ONCE_BYTES && entry.raw.compressedSize <= AT_ONCE_BYTES) {
    const whole = await source.read(fileDataStart, entry.raw.compressedSize);
    const inflated = inflateAtOnce(whole, entry.size);
    if (inflated !== undefined) {
      yield inflated;
      return;
    }
  }
  const input = Readable.from(packed, { objectMode: true });
  const inflate = createInflateRaw();
  input.on("error", (error) => inflate.destroy(error));
  try {
    yield* input.pipe(inflate) as AsyncIterable<Uint8Array>;
  } finally {
    input.destroy();
    inflate.destroy();
  }
}

/** Undefined where there is more than declared. */
function inflateAtOnce(packed: Uint8Array, size: number): Uint8Array | undefined {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return undefined;
    throw thrown;
  }
}

async function* packedChunks(source: ByteSource, start: number, length: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length; done += CHUNK_BYTES) {
    yield await source.read(start + done, Math.min(CHUNK_BYTES, length - done));
  }
}
