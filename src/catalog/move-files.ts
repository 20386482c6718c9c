import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { ToolError, toError } from "../errors.ts";
import type { Modal, VolumeEntry, VolumeInfo } from "../modal/modal.ts";
import type { Selected } from "./select-files.ts";
import type { Trash, TrashEntry } from "./trash.ts";

/** A file on its way: from a volume, or the trash, to a path. */
export interface Transfer {
  entry: VolumeEntry;
  /** Local, or on the target volume with a leading slash. */
  target: string;
}

/** How far the work is: bytes of all. */
export type Report = (message: string, done: number, total: number) => void;

interface Source {
  modal: Modal;
  volume: VolumeInfo;
  signal: AbortSignal;
  report: Report;
}

/** Where each file of a selection goes below a folder: a file by its name, a folder's files below the folder's name. */
export function placeBelow(selected: readonly Selected[], folder: string, joinPath: typeof join): Transfer[] {
  const placed = selected.flatMap(({ path, files }) =>
    files.map((entry) => {
      const inside = `/${entry.path}`.slice(path.lastIndexOf("/") + 1);
      const target = joinPath(folder, ...inside.split("/"));
      const below = relative(folder, target);
      if (below === "" || below === ".." || below.startsWith(`..${sep}`)) throw leavesFolder(entry.path);
      return { entry, target };
    }),
  );
  const seen = new Set<string>();
  for (const { entry, target } of placed) {
    if (seen.has(target)) throw sameTarget(entry.path, target);
    seen.add(target);
  }
  return placed;
}

function sameTarget(path: string, target: string): ToolError {
  return new ToolError(
    "invalid_argument",
    `Cannot place "${path}" as ${target}: another of the files has that name too`,
    "Call `manage_volume` for each of them with another `to`.",
  );
}

/** Downloads each file through a temporary one beside it. */
export async function downloadFiles(transfers: readonly Transfer[], source: Source): Promise<void> {
  await eachFile(transfers, source, async ({ entry, target }) => {
    await mkdir(dirname(target), { recursive: true });
    const temporary = join(dirname(target), `.${process.pid}-${Date.now()}.part`);
    try {
      await source.modal.volumes.download(source.volume, entry.path, temporary, source.signal);
      await rename(temporary, target);
    } finally {
      await rm(temporary, { force: true });
    }
  });
}

/** Copies each file to a volume by way of this computer: between volumes there is no other. */
export async function copyFiles(
  transfers: readonly Transfer[],
  source: Source,
  to: { volume: VolumeInfo; overwrite: boolean },
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "modal-fmi-copy-"));
  const local = join(folder, "file");
  try {
    await eachFile(transfers, source, async ({ entry, target }) => {
      const { modal, signal } = source;
      await modal.volumes.download(source.volume, entry.path, local, signal);
      await modal.volumes.upload(to.volume, target, { file: local }, { overwrite: to.overwrite, signal });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Keeps a copy of everything in the trash, then removes it; returns the id to restore by. */
export async function removeToTrash(
  selected: readonly Selected[],
  source: Source,
  trash: Trash,
  where: Pick<TrashEntry, "endpoint" | "environment">,
): Promise<string> {
  const { modal, volume, signal } = source;
  const files = selected.flatMap((one) => [...one.files, ...(one.sidecar ? [one.sidecar] : [])]);
  const total = sumBytes(files);
  let done = 0;
  const kept = files.map(({ path, size }) => ({ path, size }));
  const trashId = await trash.keep(
    { ...where, volume: volume.name, files: kept },
    async (path, localPath) => {
      signal.throwIfAborted();
      const { size } = await modal.volumes.download(volume, path, localPath, signal);
      const listed = kept.find((file) => file.path === path)?.size;
      if (size !== listed) throw changed(path);
      done += size;
      source.report(`kept ${path}`, done, total);
    },
  );
  // From here on it is done to the end, whoever still waits: half a removal helps nobody.
  for (const [index, { path, isFolder, sidecar }] of selected.entries()) {
    try {
      await modal.volumes.remove(volume, path, { recursive: isFolder });
      if (sidecar) await modal.volumes.remove(volume, sidecar.path, { recursive: false });
    } catch (thrown) {
      throw halfRemoved(path, `${index} of ${selected.length}`, trashId, thrown);
    }
  }
  return trashId;
}

function halfRemoved(path: string, done: string, trashId: string, thrown: unknown): ToolError {
  const { message } = toError(thrown);
  return new ToolError(
    thrown instanceof ToolError ? thrown.code : "internal",
    `Cannot remove "${path}": ${message}; ${done} were removed before, and copies of all are kept as ${trashId}`,
    `Call \`manage_volume\` with \`action: remove\` for the rest, or \`action: restore\` with trash_id "${trashId}".`,
    { cause: thrown },
  );
}

/** Puts a removal's files back where they were. */
export async function restoreFiles(
  entry: TrashEntry,
  trash: Trash,
  source: Source,
  overwrite: boolean,
): Promise<void> {
  const { modal, volume, signal, report } = source;
  const total = sumBytes(entry.files);
  let done = 0;
  for (const [index, { path, size }] of entry.files.entries()) {
    await modal.volumes.upload(
      volume,
      `/${path}`,
      { file: trash.fileOf(entry, index) },
      { overwrite, signal },
    );
    done += size;
    report(`restored ${path}`, done, total);
  }
}

/** The targets that are there already. */
export async function findTaken(
  targets: readonly string[],
  where: "here" | { modal: Modal; volume: VolumeInfo | undefined; signal: AbortSignal },
): Promise<string[]> {
  const taken: string[] = [];
  for (const target of targets) if (await isTaken(target, where)) taken.push(target);
  return taken;
}

async function isTaken(target: string, where: Parameters<typeof findTaken>[1]): Promise<boolean> {
  if (where === "here") return (await stat(target).catch(() => undefined)) !== undefined;
  if (where.volume === undefined) return false;
  return (await where.modal.volumes.findFile(where.volume, target, where.signal)) !== undefined;
}

/** Bytes of all files. */
export function sumBytes(files: readonly { size: number }[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

async function eachFile(
  transfers: readonly Transfer[],
  { signal, report }: Source,
  work: (transfer: Transfer) => Promise<void>,
): Promise<void> {
  const total = sumBytes(transfers.map(({ entry }) => entry));
  let done = 0;
  for (const transfer of transfers) {
    signal.throwIfAborted();
    await work(transfer);
    done += transfer.entry.size;
    report(transfer.entry.path, done, total);
  }
}

function leavesFolder(path: string): ToolError {
  return new ToolError(
    "invalid_argument",
    `Cannot place "${path}": its name leads out of the folder it is to go to`,
    "Leave that file out of `paths`.",
  );
}

function changed(path: string): ToolError {
  return new ToolError(
    "aborted",
    `Cannot remove "${path}": it changed while it was copied; nothing was removed`,
    "Call `manage_volume` again.",
  );
}
