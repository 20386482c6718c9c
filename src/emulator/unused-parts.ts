import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { type AppRecord, listApps } from "./apps/app-records.ts";
import { findDefinition } from "./apps/definition-records.ts";
import { type ImageRecord, imageMounts, planLayers, requireImage } from "./apps/image-records.ts";
import { sourceName } from "./apps/mount-records.ts";
import { findPython, type PythonEnvironment } from "./containers/python-environment.ts";
import { isOlder } from "./file-age.ts";
import { listFolder, orUndefined, readRecord, removeFile } from "./record-files.ts";
import type { EmulatorState } from "./state.ts";

/** What deployed apps are made of, by the names under which it lies in the state folder. */
interface Parts {
  definitions: Set<string>;
  images: Set<string>;
  environments: Set<string>;
  mounts: Set<string>;
  sources: Set<string>;
}

// Of an app that is not stopped every version counts: it may be rolled back to.
async function usedDefinitions(state: EmulatorState): Promise<string[]> {
  const live = (await listApps(state)).filter((app: AppRecord) => app.stoppedAt === undefined);
  return live.flatMap(({ deployments }) =>
    deployments.flatMap(({ definitions = {} }) => Object.values(definitions)),
  );
}

async function addImage(
  state: EmulatorState,
  image: ImageRecord,
  version: string,
  parts: Parts,
): Promise<string[]> {
  const layers = await planLayers(state, image, version);
  for (const layer of layers) {
    parts.images.add(layer.image.id);
    parts.environments.add(layer.key);
  }
  return imageMounts(layers);
}

async function usedParts(state: EmulatorState, version: string): Promise<Parts> {
  const empty = () => new Set<string>();
  const parts = {
    ...{ definitions: empty(), images: empty(), environments: empty(), mounts: empty(), sources: empty() },
  };
  for (const id of new Set(await usedDefinitions(state))) {
    const definition = await findDefinition(state, id);
    if (definition === undefined) continue;
    parts.definitions.add(id);
    const { imageId, mountIds } = definition.view;
    const image = await requireImage(state, imageId).catch(() => undefined);
    const copied = image === undefined ? [] : await addImage(state, image, version, parts);
    const mounts = [...copied, ...mountIds];
    for (const mount of mounts) parts.mounts.add(mount);
    parts.sources.add(sourceName(mounts));
  }
  return parts;
}

async function removeRecords(
  state: EmulatorState,
  folder: string,
  used: ReadonlySet<string>,
  ageMs: number,
): Promise<void> {
  for (const name of await listFolder(path.join(state.folder, folder))) {
    const file = path.join(state.folder, folder, name);
    if (!used.has(name.replace(/\.json$/, "")) && (await isOlder(file, ageMs))) await removeFile(file);
  }
}

async function removeEnvironments(
  state: EmulatorState,
  used: ReadonlySet<string>,
  ageMs: number,
): Promise<void> {
  const root = path.join(state.folder, "environments");
  const records = (await listFolder(root)).filter((name) => name.endsWith(".json"));
  for (const name of records) {
    const file = path.join(root, name);
    if (used.has(name.replace(/\.json$/, "")) || !(await isOlder(file, ageMs))) continue;
    const record = await readRecord<PythonEnvironment>(file);
    await removeFile(file);
    const folder = path.dirname(path.dirname(record?.python ?? ""));
    if (path.dirname(folder) === root) await rm(folder, { recursive: true, force: true });
  }
}

async function removeSources(state: EmulatorState, used: ReadonlySet<string>, ageMs: number): Promise<void> {
  const root = path.join(state.folder, "sources");
  // With temporary ones, which a process that was killed has left.
  for (const name of (await orUndefined(readdir(root))) ?? []) {
    const folder = path.join(root, name);
    if (!used.has(name) && (await isOlder(folder, ageMs))) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Removes what no app that is live is made of, in any of its versions, and nobody has touched for so long: definitions,
 * images, environments, mounts and sources. Does nothing where there is no Python to tell environments by.
 */
export async function removeUnusedParts(state: EmulatorState, ageMs: number): Promise<void> {
  if ((await listFolder(path.join(state.folder, "images"))).length === 0) return;
  const version = await findPython(state);
  if (version === undefined) return;
  const used = await usedParts(state, version);
  await removeRecords(state, "definitions", used.definitions, ageMs);
  await removeRecords(state, "images", used.images, ageMs);
  await removeRecords(state, "mounts", used.mounts, ageMs);
  await removeRecords(state, "requirements", new Set(), ageMs);
  await removeEnvironments(state, used.environments, ageMs);
  await removeSources(state, used.sources, ageMs);
}
