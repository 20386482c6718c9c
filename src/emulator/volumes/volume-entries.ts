import path from "node:path";
import { sha256Hex } from "../ids.ts";
import {
  createRecord,
  listFolder,
  mapLimited,
  readRecord,
  removeFile,
  replaceRecord,
} from "../record-files.ts";
import { RpcError } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";
import type { Segment } from "./contents.ts";
import { isBelow, parentsOf } from "./volume-paths.ts";

/** A file of a volume: what it is made of. */
export interface FileRecord {
  type: "file";
  path: string;
  size: number;
  /** Seconds since the epoch. */
  modified: number;
  mode?: number | undefined;
  segments: Segment[];
}

/** A folder of a volume. Every folder above a file has a record, so that looking one up reads one file. */
export interface FolderRecord {
  type: "folder";
  path: string;
  modified: number;
}

export type EntryRecord = FileRecord | FolderRecord;

function folderOf(state: EmulatorState, volumeId: string): string {
  return path.join(state.folder, "volumes", volumeId, "entries");
}

// Named by hash: portable for any name, and two names that differ only in case stay apart on every file system.
function recordFile(state: EmulatorState, volumeId: string, entryPath: string): string {
  const hash = sha256Hex(entryPath);
  return path.join(folderOf(state, volumeId), hash.slice(0, 2), `${hash}.json`);
}

/** The entry at a path; undefined where there is none. The root has none. */
export function findEntry(
  state: EmulatorState,
  volumeId: string,
  entryPath: string,
): Promise<EntryRecord | undefined> {
  return readRecord<EntryRecord>(recordFile(state, volumeId, entryPath));
}

/** All entries below a folder, by path. */
export async function listEntries(
  state: EmulatorState,
  volumeId: string,
  folder: string,
): Promise<EntryRecord[]> {
  const root = folderOf(state, volumeId);
  const shards = await listFolder(root);
  const names = await mapLimited(shards, async (shard) =>
    (await listFolder(path.join(root, shard))).map((name) => path.join(root, shard, name)),
  );
  const records = await mapLimited(names.flat(), (file) => readRecord<EntryRecord>(file));
  return records
    .filter((record) => record !== undefined)
    .filter((record) => isBelow(record.path, folder))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function taken(entry: EntryRecord): RpcError {
  return new RpcError("alreadyExists", `${entry.path}: already exists`);
}

/** Throws unless the file may be written: never over a folder or below a file, over a file only with `overwrite`. */
export async function requireWritable(
  state: EmulatorState,
  volumeId: string,
  filePath: string,
  overwrite: boolean,
): Promise<void> {
  const there = await findEntry(state, volumeId, filePath);
  if (there?.type === "folder") {
    throw new RpcError("failedPrecondition", `${filePath}: a directory is there already`);
  }
  if (there !== undefined && !overwrite) throw taken(there);
  for (const parent of parentsOf(filePath)) {
    if ((await findEntry(state, volumeId, parent))?.type === "file") {
      throw new RpcError("failedPrecondition", `${filePath}: ${parent} is a file, not a directory`);
    }
  }
}

/** Makes a folder and those above it. */
export async function putFolder(state: EmulatorState, volumeId: string, folder: string): Promise<void> {
  const modified = Math.floor(Date.now() / 1000);
  for (const each of [...parentsOf(folder), folder]) {
    const record: FolderRecord = { type: "folder", path: each, modified };
    const file = recordFile(state, volumeId, each);
    if (await createRecord(file, record)) continue;
    const there = await readRecord<EntryRecord>(file);
    if (there?.type === "file")
      throw new RpcError("failedPrecondition", `${each} is a file, not a directory`);
  }
}

/** Writes files, all or none where `overwrite` is false: what another process wrote first is never replaced. */
export async function putFiles(
  state: EmulatorState,
  volumeId: string,
  files: readonly FileRecord[],
  overwrite: boolean,
): Promise<void> {
  await mapLimited(files, (file) => requireWritable(state, volumeId, file.path, overwrite));
  const parents = new Set(files.flatMap((file) => parentsOf(file.path).slice(-1)));
  for (const parent of parents) await putFolder(state, volumeId, parent);
  const targetOf = (file: FileRecord): string => recordFile(state, volumeId, file.path);
  if (overwrite) {
    await mapLimited(files, (file) => replaceRecord(targetOf(file), file));
    return;
  }
  const created = await mapLimited(files, (file) => createRecord(targetOf(file), file));
  const loser = files.find((_, index) => created[index] === false);
  if (loser === undefined) return;
  const written = files.filter((_, index) => created[index] === true);
  await mapLimited(written, (file) => removeFile(targetOf(file)));
  throw taken(loser);
}

/** Removes the entry at a path; false where another process was faster. */
export function removeEntry(state: EmulatorState, volumeId: string, entryPath: string): Promise<boolean> {
  return removeFile(recordFile(state, volumeId, entryPath));
}
