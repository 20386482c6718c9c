import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { toError } from "../errors.ts";
import { contentsOfMounts } from "./apps/mount-records.ts";
import { listUnfinished } from "./calls/call-records.ts";
import { BOUND_FOLDER } from "./containers/bound-functions.ts";
import { type ContainerOwner, OWNER_FILE } from "./containers/container-folder.ts";
import type { PythonEnvironment } from "./containers/python-environment.ts";
import { isOlder } from "./file-age.ts";
import { withLock } from "./locks.ts";
import { isOwnerAlive } from "./owners.ts";
import { listFolder, orUndefined, readRecord, removeFile, replaceRecord } from "./record-files.ts";
import type { EmulatorState } from "./state.ts";
import { removeUnusedParts } from "./unused-parts.ts";
import { type EntryRecord, listEntries } from "./volumes/volume-entries.ts";

const DAY_MS = 24 * 3600 * 1000;
const EVERY_MS = 6 * 3600 * 1000;

// An upload looks for its blocks first and commits later: content younger than this may be about to be used.
const CONTENT_GRACE_MS = DAY_MS;

async function removeOlder(folder: string, ageMs: number): Promise<void> {
  const names = (await orUndefined(readdir(folder))) ?? [];
  for (const name of names) {
    const file = path.join(folder, name);
    const found = await orUndefined(stat(file));
    if (found?.isDirectory()) await removeOlder(file, ageMs);
    else if (found !== undefined && found.mtimeMs < Date.now() - ageMs) await removeFile(file);
  }
}

async function removeOldLogs(state: EmulatorState): Promise<void> {
  const oldest = new Date(Date.now() - state.keepDays * DAY_MS).toISOString().slice(0, 10);
  const root = path.join(state.folder, "logs");
  for (const app of await listFolder(root)) {
    for (const day of await listFolder(path.join(root, app))) {
      if (day < oldest) await rm(path.join(root, app, day), { recursive: true, force: true });
    }
  }
}

async function usedContents(state: EmulatorState): Promise<Set<string>> {
  const used = new Set<string>(await contentsOfMounts(state));
  for (const volumeId of await listFolder(path.join(state.folder, "volumes"))) {
    const entries: EntryRecord[] = await listEntries(state, volumeId, "");
    for (const entry of entries) {
      if (entry.type === "file") for (const { sha256 } of entry.segments) used.add(sha256);
    }
  }
  return used;
}

async function removeUnusedContents(state: EmulatorState): Promise<void> {
  const root = path.join(state.folder, "contents");
  const used = await usedContents(state);
  for (const shard of await listFolder(root)) {
    for (const name of await listFolder(path.join(root, shard))) {
      if (used.has(name) || state.closing.signal.aborted) continue;
      const file = path.join(root, shard, name);
      if (await isOlder(file, CONTENT_GRACE_MS)) await removeFile(file);
    }
  }
}

// An environment without a record was never finished.
async function removeUnfinishedEnvironments(state: EmulatorState): Promise<void> {
  const root = path.join(state.folder, "environments");
  const names = await listFolder(root);
  const records = names.filter((name) => name.endsWith(".json"));
  const finished = await Promise.all(
    records.map(async (name) => (await readRecord<PythonEnvironment>(path.join(root, name)))?.python),
  );
  for (const name of names.filter((each) => !each.endsWith(".json"))) {
    const folder = path.join(root, name);
    if (finished.some((python) => python?.startsWith(folder + path.sep))) continue;
    if (await isOlder(folder, DAY_MS)) await rm(folder, { recursive: true, force: true });
  }
}

async function isDue(state: EmulatorState, file: string): Promise<boolean> {
  const found = await orUndefined(stat(file));
  return !state.closing.signal.aborted && (found === undefined || found.mtimeMs < Date.now() - EVERY_MS);
}

async function collect(state: EmulatorState): Promise<void> {
  const keptMs = state.keepDays * DAY_MS;
  await removeOldLogs(state);
  for (const folder of [
    "calls/records",
    "calls/by-function",
    "calls/cleared",
    "calls/unfinished",
    "blobs",
    BOUND_FOLDER,
  ]) {
    await removeOlder(path.join(state.folder, folder), keptMs);
  }
  await removeOlder(path.join(state.folder, "uploads"), DAY_MS);
  for (const name of await listFolder(path.join(state.folder, "volumes"))) {
    // Left where a process ended while it was deleting.
    if (name.endsWith(".deleted"))
      await rm(path.join(state.folder, "volumes", name), { recursive: true, force: true });
  }
  // Mounts first: what is in them is content that is used.
  await removeUnusedParts(state, keptMs);
  await removeUnusedContents(state);
  await removeUnfinishedEnvironments(state);
}

const START_AFTER_MS = 3000;

/** Collects once, a little after the start and without keeping the process alive; the result stops it. */
export function collectInBackground(state: EmulatorState): () => Promise<void> {
  let collecting: Promise<void> = Promise.resolve();
  const timer = setTimeout(() => {
    collecting = collectGarbage(state);
  }, START_AFTER_MS);
  timer.unref();
  return () => {
    clearTimeout(timer);
    return collecting;
  };
}

// A process that was killed could not remove what its containers worked on.
async function removeDeadContainers(state: EmulatorState): Promise<void> {
  const root = path.join(state.folder, "containers");
  for (const id of await listFolder(root)) {
    const record = await readRecord<ContainerOwner>(path.join(root, id, OWNER_FILE));
    if (record === undefined || (await isOwnerAlive(state, record.owner))) continue;
    for (const folder of [record.socketFolder, path.join(root, id)]) {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/**
 * Settles the calls and removes the containers of processes that are gone; and, at most every six hours and in one process at a time, removes
 * what is older than the folder keeps and contents that no volume has used for a day. Never rejects.
 */
export async function collectGarbage(state: EmulatorState): Promise<void> {
  const stamp = path.join(state.folder, "collected.json");
  try {
    await listUnfinished(state);
    await removeDeadContainers(state);
    if (!(await isDue(state, stamp))) return;
    await withLock(state, "garbage", async () => {
      if (!(await isDue(state, stamp))) return;
      await replaceRecord(stamp, { at: new Date().toISOString() });
      await collect(state);
    });
  } catch (thrown) {
    if (!state.closing.signal.aborted) state.onError(`clearing up failed: ${toError(thrown).message}`);
  }
}
