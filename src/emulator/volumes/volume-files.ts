import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Handler, Handlers, StreamHandler } from "../handler.ts";
import { RpcError, refuse } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";
import { BLOCK_SIZE, contentSize, hasContent, linkContent, readContent, type Segment } from "./contents.ts";
import { signUrl } from "./transfer-urls.ts";
import { copyFiles, removeFiles } from "./volume-changes.ts";
import { type EntryRecord, type FileRecord, findEntry, listEntries, putFiles } from "./volume-entries.ts";
import { baseName, normalisePath } from "./volume-paths.ts";
import { requireVolume } from "./volume-records.ts";

const ENTRIES_PER_MESSAGE = 500;
const MAX_FILE_BYTES = 1024 ** 4;

/** modal_proto/api.proto, FileEntry.FileType. */
const FILE_TYPE = { file: 1, folder: 2 } as const;

function describe(entry: EntryRecord): object {
  return {
    path: entry.path,
    type: FILE_TYPE[entry.type],
    mtime: entry.modified,
    size: entry.type === "file" ? entry.size : 0,
  };
}

async function entriesAt(
  state: EmulatorState,
  volumeId: string,
  path: string,
  recursive: boolean,
): Promise<EntryRecord[]> {
  const there = path === "" ? undefined : await findEntry(state, volumeId, path);
  if (there?.type === "file") return [there];
  if (path !== "" && there === undefined)
    throw new RpcError("notFound", `${path}: no such file or directory`);
  const below = await listEntries(state, volumeId, path);
  const prefix = path === "" ? 0 : path.length + 1;
  return recursive ? below : below.filter((entry) => !entry.path.slice(prefix).includes("/"));
}

interface ListRequest {
  volumeId: string;
  path: string;
  recursive: boolean;
  maxEntries?: number;
}

const listFiles: StreamHandler<ListRequest> = async function* (state, request) {
  const volume = await requireVolume(state, request.volumeId);
  const entries = await entriesAt(state, volume.id, normalisePath(request.path), request.recursive);
  const wanted = entries.slice(0, request.maxEntries || entries.length);
  for (let at = 0; at < wanted.length; at += ENTRIES_PER_MESSAGE) {
    yield { entries: wanted.slice(at, at + ENTRIES_PER_MESSAGE).map(describe) };
  }
};

async function requireFile(state: EmulatorState, volumeId: string, path: string): Promise<FileRecord> {
  const volume = await requireVolume(state, volumeId);
  const entry = await findEntry(state, volume.id, normalisePath(path));
  if (entry === undefined) throw new RpcError("notFound", `${path}: no such file`);
  if (entry.type === "folder") return refuse(`${path}: is a directory`);
  return entry;
}

/** The parts of a file's contents that make up its bytes `start` to `end`, cut at multiples of 8 MiB. */
function* cut(
  segments: readonly Segment[],
  start: number,
  end: number,
): Generator<Segment & { start: number }> {
  let offset = 0;
  for (const { sha256, length } of segments) {
    const last = Math.min(end, offset + length);
    for (let at = Math.max(start, offset); at < last; ) {
      const stop = Math.min(last, at - (at % BLOCK_SIZE) + BLOCK_SIZE);
      yield { sha256, start: at - offset, length: stop - at };
      at = stop;
    }
    offset += length;
  }
}

interface GetFileRequest {
  volumeId: string;
  path: string;
  start: number;
  len: number;
}

/** Differs: pads trailing zeros itself, also for a client that says it would. */
const volumeGetFile2: Handler<GetFileRequest> = async (state, request) => {
  const file = await requireFile(state, request.volumeId, request.path);
  const start = Math.min(request.start, file.size);
  const end = request.len === 0 ? file.size : Math.min(file.size, start + request.len);
  const getUrls = [...cut(file.segments, start, end)].map((part) =>
    signUrl(state, "GET", `/content/${part.sha256}/${part.start}/${part.length}`),
  );
  return { getUrls, size: file.size, start, len: end - start };
};

/** Streams the whole of a volume's file; undefined where the volume entry is no file. */
export async function readVolumeFile(
  state: EmulatorState,
  volumeId: string,
  path: string,
): Promise<AsyncIterable<Buffer> | undefined> {
  const entry = await findEntry(state, volumeId, normalisePath(path));
  return entry?.type === "file" ? readSegments(state, entry) : undefined;
}

async function* readSegments(state: EmulatorState, { segments }: FileRecord): AsyncGenerator<Buffer> {
  for (const { sha256, length } of segments) yield* readContent(state, sha256, 0, length);
}

/**
 * Puts a volume's file at a new local path: a link to its content where that is one whole, else a copy. False where the volume
 * entry is no file.
 */
export async function takeVolumeFile(
  state: EmulatorState,
  volumeId: string,
  path: string,
  localPath: string,
  signal: AbortSignal,
): Promise<boolean> {
  const entry = await findEntry(state, volumeId, normalisePath(path));
  if (entry?.type !== "file") return false;
  const [only, ...more] = entry.segments;
  if (only !== undefined && more.length === 0 && linkContent(state, only, localPath)) return true;
  const target = createWriteStream(localPath, { flags: "wx", mode: 0o600 });
  await pipeline(readSegments(state, entry), target, { signal });
  return true;
}

function requireFilePath(text: string): string {
  const path = normalisePath(text);
  return path === "" || text.endsWith("/") ? refuse(`"${text}" is not the path of a file`) : path;
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

interface PutFilesRequest {
  volumeId: string;
  files: { filename: string; sha256Hex: string; mode?: number }[];
  disallowOverwriteExistingFiles: boolean;
}

/** v1: contents came by MountPutFile before. */
const volumePutFiles: Handler<PutFilesRequest> = async (state, request) => {
  const volume = await requireVolume(state, request.volumeId);
  if (volume.version !== 1) return refuse("VolumePutFiles is for volumes of version 1");
  const records: FileRecord[] = [];
  for (const file of request.files) {
    const path = requireFilePath(file.filename);
    if (!(await hasContent(state, file.sha256Hex))) {
      throw new RpcError("failedPrecondition", `${baseName(path)}: its content was not uploaded`);
    }
    const size = await contentSize(state, file.sha256Hex);
    const segments = [{ sha256: file.sha256Hex, length: size }];
    records.push({ type: "file", path, size, modified: nowSeconds(), mode: file.mode, segments });
  }
  await putFiles(state, volume.id, records, !request.disallowOverwriteExistingFiles);
  return {};
};

interface BlockFile {
  path: string;
  size: number;
  mode?: number;
  blocks: { contentsSha256: Buffer; putResponse?: Buffer }[];
}

function segmentsOf(file: BlockFile): Segment[] {
  if (file.size > MAX_FILE_BYTES) return refuse(`${file.path}: larger than 1 TiB`);
  if (file.blocks.length !== Math.ceil(file.size / BLOCK_SIZE)) {
    return refuse(`${file.path}: ${file.blocks.length} blocks cannot hold ${file.size} bytes`);
  }
  return file.blocks.map((block, index) => {
    if (block.contentsSha256.length !== 32) return refuse(`${file.path}: a block's sha256 must be 32 bytes`);
    const length = Math.min(BLOCK_SIZE, file.size - index * BLOCK_SIZE);
    return { sha256: block.contentsSha256.toString("hex"), length };
  });
}

interface PutFiles2Request {
  volumeId: string;
  files: BlockFile[];
  disallowOverwriteExistingFiles: boolean;
}

/** v2. Differs: whether a block is there is looked up, not read from the client's put responses. */
const volumePutFiles2: Handler<PutFiles2Request> = async (state, request) => {
  const volume = await requireVolume(state, request.volumeId);
  if (volume.version !== 2) return refuse("VolumePutFiles2 is for volumes of version 2");
  const records: FileRecord[] = request.files.map((file) => {
    const path = requireFilePath(file.path);
    const segments = segmentsOf(file);
    return { type: "file", path, size: file.size, modified: nowSeconds(), mode: file.mode, segments };
  });
  const missingBlocks: object[] = [];
  for (const [fileIndex, record] of records.entries()) {
    for (const [blockIndex, { sha256 }] of record.segments.entries()) {
      if (await hasContent(state, sha256)) continue;
      missingBlocks.push({ fileIndex, blockIndex, putUrl: signUrl(state, "PUT", `/block/${sha256}`) });
    }
  }
  if (missingBlocks.length > 0) return { missingBlocks };
  await putFiles(state, volume.id, records, !request.disallowOverwriteExistingFiles);
  return {};
};

/** RPCs of the files of volumes. */
export const volumeFileHandlers: Handlers = {
  VolumeListFiles: listFiles,
  VolumeListFiles2: listFiles,
  VolumeGetFile2: volumeGetFile2,
  VolumePutFiles: volumePutFiles,
  VolumePutFiles2: volumePutFiles2,
  VolumeRemoveFile: removeFiles,
  VolumeRemoveFile2: removeFiles,
  VolumeCopyFiles: copyFiles,
  VolumeCopyFiles2: copyFiles,
};
