import { mkdir, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from "yauzl";
import { ToolError, toError } from "../../errors.ts";
import { invalidFmu, quote } from "../invalid-fmu.ts";
import { SHARED_LIBRARY } from "../platforms.ts";
import {
  ARCHIVE_LIMITS,
  type ArchiveEntry,
  type CheckedEntry,
  cleanPath,
  createEntryCollector,
} from "./archive-entries.ts";
import type { ByteSource } from "./byte-source.ts";
import { unpackEntry } from "./entry-content.ts";
import { readAhead } from "./read-ahead.ts";

/** An FMU's zip archive, all of whose names and declared sizes have been found safe. */
export interface FmuArchive {
  /** The file's name, for messages. */
  readonly name: string;
  /** Files and folders in the archive's order; the root folder is left out. */
  readonly entries: readonly ArchiveEntry[];
  /** The entry of that clean path, `modelDescription.xml` say. */
  find(path: string): ArchiveEntry | undefined;
  /** A file's bytes, their number and checksum verified; `invalid_fmu` where it is missing or above `limit` bytes. */
  readBytes(path: string, limit: number): Promise<Uint8Array>;
  /** A file's text in UTF-8; as {@link FmuArchive.readBytes}. */
  readText(path: string, limit: number): Promise<string>;
  /**
   * Writes the files and folders whose path passes the filter (a folder's ends in a slash there) below `targetDir`, which is made if
   * missing; overwrites nothing.
   */
  extract(filter: (path: string) => boolean, targetDir: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens an FMU's archive and checks all its entries; `name` is for messages. The archive owns the source: closing it
 * closes the source, and so does failing here. Throws `invalid_fmu`, or what the source throws.
 */
export async function openArchive(source: ByteSource, name: string): Promise<FmuArchive> {
  try {
    if (source.size > ARCHIVE_LIMITS.archiveBytes) {
      throw invalidFmu(name, `it has ${source.size} bytes, and 2 GiB is the limit`, { remedy: SIZE_REMEDY });
    }
    const buffered = readAhead(source);
    const zip = await openZip(buffered, name);
    const entries = await readEntries(zip, name);
    return createArchive(buffered, zip, name, entries);
  } catch (thrown) {
    await source.close();
    throw thrown;
  }
}

const SIZE_REMEDY = "Leave out what the simulation does not need when you export the FMU.";
const MADE_BY_UNIX = 3;

function createArchive(
  source: ByteSource,
  zip: ZipFile,
  name: string,
  entries: readonly CheckedEntry[],
): FmuArchive {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const unpack = (entry: CheckedEntry) => unpackEntry(source, zip, name, entry);

  const readBytes = async (path: string, limit: number): Promise<Uint8Array> => {
    const entry = byPath.get(path);
    if (entry === undefined || entry.isDirectory) throw invalidFmu(name, `there is no ${quote(path)} in it`);
    if (entry.size > limit) {
      throw invalidFmu(name, `its ${quote(path)} has ${entry.size} bytes, and ${limit} is the limit`);
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of unpack(entry)) chunks.push(chunk);
    return Buffer.concat(chunks);
  };

  return {
    name,
    entries,
    find: (path) => byPath.get(cleanPath(path)),
    readBytes,
    readText: async (path, limit) => new TextDecoder().decode(await readBytes(path, limit)),
    extract: async (filter, targetDir) => {
      await makeFolder(targetDir);
      for (const entry of entries) {
        if (!filter(entry.isDirectory ? `${entry.path}/` : entry.path)) continue;
        const target = join(targetDir, ...entry.path.split("/"));
        if (entry.isDirectory) await makeFolder(target);
        else await writeEntry(unpack(entry), target, isExecutable(entry));
      }
    },
    close: () => source.close(),
  };
}

/* A program that the FMU starts, say. */
function isExecutable({ path, raw }: CheckedEntry): boolean {
  const mode = raw.versionMadeBy >>> 8 === MADE_BY_UNIX ? raw.externalFileAttributes >>> 16 : 0;
  return SHARED_LIBRARY.test(path) || (mode & 0o100) !== 0;
}

async function writeEntry(
  content: AsyncIterable<Uint8Array>,
  target: string,
  executable: boolean,
): Promise<void> {
  await makeFolder(dirname(target));
  const mode = executable ? 0o700 : 0o600;
  const file = await open(target, "wx", mode).catch((thrown) => {
    throw asToolError(thrown, target);
  });
  try {
    for await (const chunk of content) await file.writeFile(chunk);
  } catch (thrown) {
    await rm(target, { force: true });
    throw asToolError(thrown, target);
  } finally {
    await file.close();
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw asToolError(thrown, path);
  }
}

function asToolError(thrown: unknown, target: string): ToolError {
  if (thrown instanceof ToolError) return thrown;
  const message = `Cannot write ${JSON.stringify(target)}: ${toError(thrown).message}.`;
  const remedy = "Make room in the folder for temporary files and call again.";
  return new ToolError("unavailable", message, remedy, { cause: thrown });
}

/** yauzl's view of a source. It reads the directory and local headers only: the data goes through `unpackEntry`. */
class SourceReader extends RandomAccessReader {
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    super();
    this.#source = source;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.#source.read(position, length).then(
      (bytes) => {
        buffer.set(bytes, offset);
        callback(null, length);
      },
      (thrown) => callback(toError(thrown)),
    );
  }
}

async function openZip(source: ByteSource, name: string): Promise<ZipFile> {
  try {
    // Names are decoded in archive-entries.ts: yauzl would turn back-slashes into slashes.
    const options = { autoClose: false, decodeStrings: false, validateEntrySizes: false };
    return await fromRandomAccessReaderPromise(new SourceReader(source), source.size, options);
  } catch (thrown) {
    throw notAZip(thrown, name);
  }
}

async function readEntries(zip: ZipFile, name: string): Promise<readonly CheckedEntry[]> {
  if (zip.entryCount > ARCHIVE_LIMITS.entries) {
    throw invalidFmu(name, `it has ${zip.entryCount} entries, and 20,000 is the limit`, {
      remedy: SIZE_REMEDY,
    });
  }
  const collector = createEntryCollector(name);
  try {
    for await (const raw of zip.eachEntry()) collector.add(raw);
  } catch (thrown) {
    throw notAZip(thrown, name);
  }
  return collector.entries();
}

function notAZip(thrown: unknown, name: string): ToolError {
  if (thrown instanceof ToolError) return thrown;
  const { message } = toError(thrown);
  const problem = message.includes("encryption")
    ? "it is encrypted"
    : "it is no zip archive, or it is damaged or cut short";
  return invalidFmu(name, problem, {
    remedy: "Give the path of a complete .fmu file; copy or export it again.",
    detail: message,
    cause: thrown,
  });
}
