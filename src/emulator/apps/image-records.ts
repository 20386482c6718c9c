import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { environmentKey, findEnvironment, type PythonEnvironment } from "../containers/python-environment.ts";
import { touch } from "../file-age.ts";
import { isId, sha256Hex } from "../ids.ts";
import { createRecord, readRecord } from "../record-files.ts";
import { RpcError } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";
import { type LayerPlan, readLayer } from "./image-commands.ts";

/** One layer of an image, as the client described it. */
export interface ImageRecord {
  id: string;
  /** Image below; undefined for one that starts from a registry. */
  base?: string;
  commands: string[];
  /** File name -> content, base64. */
  contextFiles: Record<string, string>;
  /** Mount whose files the layer copies to where they say (`add_local_*` with `copy=True`). */
  contextMount?: string;
  /** Version of the client that deploys: the one whose `modal` package containers get. */
  clientVersion: string;
}

function recordFile(state: EmulatorState, id: string): string {
  return path.join(state.folder, "images", `${id}.json`);
}

/** Stores a layer; false where it was there already. */
export async function storeImage(state: EmulatorState, image: ImageRecord): Promise<boolean> {
  const isNew = await createRecord(recordFile(state, image.id), image);
  if (!isNew) await touch(recordFile(state, image.id));
  return isNew;
}

/** A layer by its image id; throws NOT_FOUND. */
export async function requireImage(state: EmulatorState, id: string): Promise<ImageRecord> {
  const image = isId(id, "im") ? await readRecord<ImageRecord>(recordFile(state, id)) : undefined;
  if (image === undefined) throw new RpcError("notFound", `Image '${id.slice(0, 80)}' not found`);
  return image;
}

/** A layer with what its commands mean, and the key of the environment that it stands for. */
export interface PlannedLayer {
  image: ImageRecord;
  plan: LayerPlan;
  /** Arguments of one `pip install` each; files named there are those of the state folder. */
  installs: string[][];
  key: string;
}

// Requirements files lie in the image; here they are written out of the layer's record.
async function withLocalFiles(
  state: EmulatorState,
  image: ImageRecord,
  plan: LayerPlan,
  args: readonly string[],
): Promise<string[]> {
  const local: string[] = [];
  for (const argument of args) {
    const name = plan.copies[argument] ?? argument;
    const content = image.contextFiles[name];
    if (content === undefined) {
      local.push(argument);
      continue;
    }
    const bytes = Buffer.from(content, "base64");
    const file = path.join(state.folder, "requirements", `${sha256Hex(bytes)}.txt`);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, bytes, { mode: 0o600 });
    local.push(file);
  }
  return local;
}

/** What every environment starts with: the client that runs functions, and the codec of their inputs. */
function clientPackages(clientVersion: string): string[] {
  return [/^\d[\w.]*$/.test(clientVersion) ? `modal==${clientVersion}` : "modal", "cbor2"];
}

/** The layers of an image that change its environment, lowest first; the first holds the client. */
export async function planLayers(
  state: EmulatorState,
  image: ImageRecord,
  pythonVersion: string,
): Promise<PlannedLayer[]> {
  const images: ImageRecord[] = [];
  for (let at: ImageRecord | undefined = image; at !== undefined; ) {
    images.unshift(at);
    at = at.base === undefined ? undefined : await requireImage(state, at.base);
  }
  const texts: string[] = [];
  const layers: PlannedLayer[] = [];
  for (const each of images) {
    const plan = readLayer(each.commands);
    const wanted = plan.installs.map((install) => install.arguments);
    const installs = await Promise.all(wanted.map((args) => withLocalFiles(state, each, plan, args)));
    if (layers.length === 0) installs.unshift(clientPackages(image.clientVersion));
    if (installs.length > 0) texts.push(JSON.stringify(installs));
    layers.push({ image: each, plan, installs, key: environmentKey(pythonVersion, texts) });
  }
  return layers;
}

/** Variables that an image sets, those of higher layers first to hold. */
export function imageVariables(layers: readonly PlannedLayer[]): Record<string, string> {
  return Object.assign({}, ...layers.map((layer) => layer.plan.variables));
}

/** The mounts whose files an image holds, lowest first. */
export function imageMounts(layers: readonly PlannedLayer[]): string[] {
  return layers
    .filter(({ plan }) => plan.copies["/"] === ".")
    .flatMap(({ image }) => image.contextMount ?? []);
}

/** The finished environment of an image's topmost layer; undefined where it has to be built. */
export function findBuilt(
  state: EmulatorState,
  layers: readonly PlannedLayer[],
): Promise<PythonEnvironment | undefined> {
  return findEnvironment(state, layers.at(-1)?.key ?? "");
}
