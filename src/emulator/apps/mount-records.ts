import { createWriteStream } from "node:fs";
import { chmod, mkdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { touch } from "../file-age.ts";
import { contentId, isId, newId } from "../ids.ts";
import {
  isSystemError,
  listFolder,
  mapLimited,
  orUndefined,
  readRecord,
  replaceRecord,
} from "../record-files.ts";
import { refuse } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";
import { contentSize, readContent } from "../volumes/contents.ts";

/** A file of a mount: where it appears in a container, and its content. */
export interface MountFile {
  /** Absolute path in the container. */
  filename: string;
  sha256Hex: string;
  mode?: number;
}

/** Files that a deploy sends along: an app's source, say. Equal files make an equal id. */
export interface MountRecord {
  id: string;
  files: MountFile[];
}

function recordFile(state: EmulatorState, id: string): string {
  return path.join(state.folder, "mounts", `${id}.json`);
}

function requireContainerPath(filename: string): void {
  const segments = filename.split("/");
  if (!filename.startsWith("/") || segments.includes("..") || filename.includes("\0")) {
    refuse(`"${filename.slice(0, 80)}" is no absolute path of a file in a container`);
  }
}

/** Stores a mount. Throws INVALID_ARGUMENT for a file that would lie outside. */
export async function storeMount(state: EmulatorState, files: readonly MountFile[]): Promise<MountRecord> {
  const kept = files.map(({ filename, sha256Hex, mode }) => ({
    filename,
    sha256Hex,
    ...(mode === undefined ? {} : { mode }),
  }));
  for (const { filename } of kept) requireContainerPath(filename);
  kept.sort((a, b) => (a.filename < b.filename ? -1 : 1));
  const record: MountRecord = { id: contentId("mo", JSON.stringify(kept)), files: kept };
  await replaceRecord(recordFile(state, record.id), record);
  return record;
}

/** The mount of this id; undefined where there is none. */
export async function findMount(state: EmulatorState, id: string): Promise<MountRecord | undefined> {
  return isId(id, "mo") ? readRecord<MountRecord>(recordFile(state, id)) : undefined;
}

/** The contents that mounts hold, by sha256. */
export async function contentsOfMounts(state: EmulatorState): Promise<string[]> {
  const names = await listFolder(path.join(state.folder, "mounts"));
  const mounts = await mapLimited(names, (name) => findMount(state, name.replace(/\.json$/, "")));
  return mounts.flatMap((mount) => mount?.files.map((file) => file.sha256Hex) ?? []);
}

/** Variable that tells a function in which folder a container's root folder begins. */
export const MOUNT_ROOT_VARIABLE = "MODAL_FMI_MOUNT_ROOT";

const MAX_SOURCE_BYTES = 1024 * 1024;

async function mentionsMountRoot(state: EmulatorState, file: MountFile): Promise<boolean> {
  if (!file.filename.endsWith(".py")) return false;
  const size = await contentSize(state, file.sha256Hex);
  const chunks: Buffer[] = [];
  for await (const chunk of readContent(state, file.sha256Hex, 0, Math.min(size, MAX_SOURCE_BYTES)))
    chunks.push(chunk);
  return Buffer.concat(chunks).includes(MOUNT_ROOT_VARIABLE);
}

/** Whether the source in these mounts looks for its volumes where the mount root variable says. */
export async function mindsMountRoot(state: EmulatorState, mountIds: readonly string[]): Promise<boolean> {
  const mounts = await Promise.all(mountIds.map((id) => findMount(state, id)));
  const files = mounts.flatMap((mount) => mount?.files ?? []);
  return (await mapLimited(files, (file) => mentionsMountRoot(state, file))).includes(true);
}

async function extract(state: EmulatorState, folder: string, file: MountFile): Promise<void> {
  const target = path.join(folder, file.filename);
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  const size = await contentSize(state, file.sha256Hex);
  await pipeline(readContent(state, file.sha256Hex, 0, size), createWriteStream(target, { mode: 0o600 }));
  if (((file.mode ?? 0) & 0o100) !== 0) await chmod(target, 0o700);
}

/** Name of the folder that holds the files of these mounts. */
export function sourceName(mountIds: readonly string[]): string {
  return contentId("mo", mountIds.join(" "));
}

/**
 * The folder that holds the files of these mounts as a container's root folder would, extracted at first use and
 * shared by the containers that have the same mounts.
 */
export async function extractMounts(state: EmulatorState, mountIds: readonly string[]): Promise<string> {
  const folder = path.join(state.folder, "sources", sourceName(mountIds));
  if ((await orUndefined(stat(folder))) !== undefined) {
    await touch(folder);
    return folder;
  }
  const temporary = path.join(state.folder, "sources", `.tmp-${newId("mo")}`);
  await mkdir(path.join(temporary, "root"), { recursive: true, mode: 0o700 });
  for (const id of mountIds) {
    const files = (await findMount(state, id))?.files ?? [];
    await mapLimited(files, (file) => extract(state, temporary, file));
  }
  try {
    await rename(temporary, folder);
  } catch (thrown) {
    // Another process was faster.
    await rm(temporary, { recursive: true, force: true });
    if (!isSystemError(thrown, "ENOTEMPTY") && !isSystemError(thrown, "EEXIST")) throw thrown;
  }
  return folder;
}
