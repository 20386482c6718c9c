import { rename, rm } from "node:fs/promises";
import path from "node:path";
import { isId, newId, sha256Hex } from "../ids.ts";
import { withLock } from "../locks.ts";
import {
  createRecord,
  listFolder,
  mapLimited,
  orUndefined,
  readRecord,
  removeFile,
  replaceRecord,
} from "../record-files.ts";
import { RpcError, refuse } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";

/** A volume. `name` is "" for an ephemeral one. */
export interface VolumeRecord {
  id: string;
  name: string;
  version: 1 | 2;
  /** Seconds since the epoch, with fractions. */
  createdAt: number;
}

function nameFile(state: EmulatorState, name: string): string {
  return path.join(state.folder, "volume-names", `${sha256Hex(name)}.json`);
}

function recordFile(state: EmulatorState, id: string): string {
  return path.join(state.folder, "volumes", id, "volume.json");
}

/** Throws INVALID_ARGUMENT for a name Modal would refuse (modal/_utils/name_utils.py). */
export function requireVolumeName(name: string): void {
  if (!/^[A-Za-z0-9\-_.]{1,64}$/.test(name) || /^ap-[A-Za-z0-9]{22}$/.test(name)) {
    refuse(`Invalid Volume name: '${name.slice(0, 80)}'. Use up to 64 letters, digits, '-', '_' and '.'.`);
  }
}

/** The volume of this id; throws NOT_FOUND. */
export async function requireVolume(state: EmulatorState, id: string): Promise<VolumeRecord> {
  const record = isId(id, "vo") ? await readRecord<VolumeRecord>(recordFile(state, id)) : undefined;
  if (record === undefined) throw new RpcError("notFound", `Volume '${id.slice(0, 80)}' not found`);
  return record;
}

/** The volume of this name; undefined where there is none. */
export async function findVolume(state: EmulatorState, name: string): Promise<VolumeRecord | undefined> {
  const named = await readRecord<{ id: string }>(nameFile(state, name));
  return named && (await readRecord<VolumeRecord>(recordFile(state, named.id)));
}

/** All named volumes, newest first. */
export async function listVolumes(state: EmulatorState): Promise<VolumeRecord[]> {
  const names = await listFolder(path.join(state.folder, "volume-names"));
  const volumes = await mapLimited(names, async (name) => {
    const named = await readRecord<{ id: string }>(path.join(state.folder, "volume-names", name));
    return named && readRecord<VolumeRecord>(recordFile(state, named.id));
  });
  return volumes.filter((volume) => volume !== undefined).sort((a, b) => b.createdAt - a.createdAt);
}

/** Makes a volume; undefined where the name is taken, also by a process that was faster. */
export async function createVolume(
  state: EmulatorState,
  name: string,
  version: 1 | 2,
): Promise<VolumeRecord | undefined> {
  const record: VolumeRecord = { id: newId("vo"), name, version, createdAt: Date.now() / 1000 };
  await createRecord(recordFile(state, record.id), record);
  if (name === "" || (await createRecord(nameFile(state, name), { id: record.id }))) return record;
  await rm(path.dirname(recordFile(state, record.id)), { recursive: true, force: true });
  return undefined;
}

/** Takes the name away first, so that nobody finds a volume half removed. */
export function deleteVolume(state: EmulatorState, volume: VolumeRecord): Promise<void> {
  return withLock(state, "volumes", async () => {
    const { name } = await requireVolume(state, volume.id);
    if (name !== "" && (await findVolume(state, name))?.id === volume.id)
      await removeFile(nameFile(state, name));
    const folder = path.dirname(recordFile(state, volume.id));
    const doomed = `${folder}.deleted`;
    await orUndefined(rename(folder, doomed));
    await rm(doomed, { recursive: true, force: true });
  });
}

/** Gives a volume another name; throws ALREADY_EXISTS where it is taken. */
export function renameVolume(state: EmulatorState, volume: VolumeRecord, name: string): Promise<void> {
  return withLock(state, "volumes", async () => {
    if (!(await createRecord(nameFile(state, name), { id: volume.id }))) {
      throw new RpcError("alreadyExists", `Volume '${name}' already exists`);
    }
    await replaceRecord(recordFile(state, volume.id), { ...volume, name });
    if (volume.name !== "") await removeFile(nameFile(state, volume.name));
  });
}
