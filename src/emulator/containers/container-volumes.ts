import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { lstat, mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { mapLimited, orUndefined } from "../record-files.ts";
import { RpcError } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";
import { hasContent, readContent, storeContent } from "../volumes/contents.ts";
import { type FileRecord, listEntries, putFiles, putFolder, removeEntry } from "../volumes/volume-entries.ts";
import { requireVolume } from "../volumes/volume-records.ts";

/** What a file was when folder and volume last agreed on it. */
interface Agreed {
  /** Of the volume's record. */
  record: string;
  /** Of the local file. */
  local: string;
}

/** A volume as a real folder that a container works on. */
export interface VolumeFolder {
  volumeId: string;
  /** Absolute path of the folder. */
  folder: string;
  /** Part of the volume that is mounted; "" for all of it. */
  subPath: string;
  readOnly: boolean;
  /** The files of both, by path within the folder. */
  readonly agreed: Map<string, Agreed>;
  /** The folders of both, by path within the folder. */
  readonly agreedFolders: Set<string>;
}

function signatureOf(record: FileRecord): string {
  return JSON.stringify([record.size, record.segments]);
}

async function localSignature(file: string): Promise<string | undefined> {
  const found = await orUndefined(lstat(file, { bigint: true }));
  return found?.isFile() ? `${found.size} ${found.mtimeNs} ${found.ino}` : undefined;
}

// The path within the folder of a volume's entry; undefined for what is not mounted.
function inFolder({ subPath }: VolumeFolder, entryPath: string): string | undefined {
  if (subPath === "") return entryPath;
  return entryPath.startsWith(`${subPath}/`) ? entryPath.slice(subPath.length + 1) : undefined;
}

const inVolume = ({ subPath }: VolumeFolder, local: string): string =>
  subPath === "" ? local : `${subPath}/${local}`;

async function writeLocal(state: EmulatorState, target: string, record: FileRecord): Promise<void> {
  const temporary = `${path.dirname(target)}/.tmp-${randomUUID()}`;
  const contents = async function* () {
    for (const { sha256, length } of record.segments) yield* readContent(state, sha256, 0, length);
  };
  try {
    await pipeline(contents(), createWriteStream(temporary, { flags: "wx", mode: record.mode ?? 0o644 }));
    await rename(temporary, target);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
}

/**
 * Brings a folder up to the volume: files that changed there are written, those that went are removed. What the
 * container wrote and has not committed stays.
 */
export async function reloadFolder(state: EmulatorState, volume: VolumeFolder): Promise<void> {
  await requireVolume(state, volume.volumeId);
  const entries = await listEntries(state, volume.volumeId, volume.subPath);
  await mkdir(volume.folder, { recursive: true, mode: 0o700 });
  const seen = new Set<string>();
  const folders = new Set(
    entries.filter((each) => each.type === "folder").flatMap((each) => inFolder(volume, each.path) || []),
  );
  for (const local of folders) await mkdir(path.join(volume.folder, local), { recursive: true });
  const files = entries.filter((each) => each.type === "file");
  await mapLimited(files, async (record) => {
    const local = inFolder(volume, record.path);
    if (local === undefined) return;
    seen.add(local);
    const signature = signatureOf(record);
    if (volume.agreed.get(local)?.record === signature) return;
    const target = path.join(volume.folder, local);
    await writeLocal(state, target, record);
    volume.agreed.set(local, { record: signature, local: (await localSignature(target)) ?? "" });
  });
  for (const [local, { local: before }] of volume.agreed) {
    if (seen.has(local)) continue;
    volume.agreed.delete(local);
    const target = path.join(volume.folder, local);
    if ((await localSignature(target)) === before) await rm(target, { force: true });
  }
  await reloadFolders(volume, folders);
}

// A folder that went goes here, too, unless something lies in it.
async function reloadFolders(volume: VolumeFolder, there: ReadonlySet<string>): Promise<void> {
  const gone = deepestFirst(volume.agreedFolders).filter((local) => !there.has(local));
  for (const local of gone) {
    volume.agreedFolders.delete(local);
    await rmdir(path.join(volume.folder, local)).catch(() => {});
  }
  for (const local of there) volume.agreedFolders.add(local);
}

const deepestFirst = (folders: Iterable<string>): string[] =>
  [...folders].sort((a, b) => b.split("/").length - a.split("/").length);

async function listLocal(folder: string): Promise<{ files: string[]; folders: string[] }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const relative = (entry: (typeof entries)[number]): string =>
    path.relative(folder, path.join(entry.parentPath, entry.name));
  const named = entries.filter((entry) => !entry.name.startsWith(".tmp-"));
  return {
    files: named.filter((entry) => entry.isFile()).map(relative),
    folders: named.filter((entry) => entry.isDirectory()).map(relative),
  };
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) hash.update(chunk);
  return hash.digest("hex");
}

async function storeLocal(state: EmulatorState, volume: VolumeFolder, local: string): Promise<void> {
  const file = path.join(volume.folder, local);
  const before = await localSignature(file);
  if (before === undefined || volume.agreed.get(local)?.local === before) return;
  const sha256 = await sha256Of(file);
  const { size, mode } = await lstat(file);
  if (!(await hasContent(state, sha256))) {
    const stored = await storeContent(state, createReadStream(file), sha256, Number.MAX_SAFE_INTEGER);
    if (stored === undefined)
      throw new RpcError("failedPrecondition", `${local}: changed while it was committed`);
  }
  const record: FileRecord = {
    type: "file",
    path: inVolume(volume, local),
    size,
    modified: Math.floor(Date.now() / 1000),
    mode: mode & 0o777,
    segments: size === 0 ? [] : [{ sha256, length: size }],
  };
  await putFiles(state, volume.volumeId, [record], true);
  volume.agreed.set(local, { record: signatureOf(record), local: before });
}

/** Brings the volume up to a folder: what the container wrote and removed since the two last agreed. */
export async function commitFolder(state: EmulatorState, volume: VolumeFolder): Promise<void> {
  await requireVolume(state, volume.volumeId);
  if (volume.readOnly) throw new RpcError("failedPrecondition", "the volume is mounted read-only");
  const { files, folders } = await listLocal(volume.folder);
  for (const folder of folders.filter((each) => !volume.agreedFolders.has(each))) {
    await putFolder(state, volume.volumeId, inVolume(volume, folder));
    volume.agreedFolders.add(folder);
  }
  await mapLimited(files, (local) => storeLocal(state, volume, local));
  const there = new Set(files);
  for (const local of [...volume.agreed.keys()].filter((each) => !there.has(each))) {
    volume.agreed.delete(local);
    await removeEntry(state, volume.volumeId, inVolume(volume, local));
  }
  await removeFolders(state, volume, new Set(folders));
}

// A folder that the container removed goes from the volume, unless another one has put something there.
async function removeFolders(
  state: EmulatorState,
  volume: VolumeFolder,
  there: ReadonlySet<string>,
): Promise<void> {
  for (const local of deepestFirst(volume.agreedFolders).filter((each) => !there.has(each))) {
    volume.agreedFolders.delete(local);
    const entryPath = inVolume(volume, local);
    const below = await listEntries(state, volume.volumeId, entryPath);
    if (below.every((entry) => entry.path === entryPath))
      await removeEntry(state, volume.volumeId, entryPath);
  }
}
