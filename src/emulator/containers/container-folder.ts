import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { codecOf } from "../../wire/codec.ts";
import type { DeployedFunction } from "../apps/app-records.ts";
import { layoutOf } from "../apps/apps.ts";
import type { FunctionDefinition } from "../apps/definition-records.ts";
import { findBuilt, imageMounts, imageVariables, planLayers, requireImage } from "../apps/image-records.ts";
import { extractMounts, MOUNT_ROOT_VARIABLE, mindsMountRoot } from "../apps/mount-records.ts";
import { readSecrets } from "../apps/secrets.ts";
import { type Owner, ownerOf } from "../owners.ts";
import { createRecord, listFolder } from "../record-files.ts";
import { RpcError } from "../rpc-error.ts";
import { type EmulatorState, ENVIRONMENT } from "../state.ts";
import { normalisePath } from "../volumes/volume-paths.ts";
import type { Placement } from "./absolute-paths.ts";
import { reloadFolder, type VolumeFolder } from "./container-volumes.ts";
import { findPython } from "./python-environment.ts";

/** What a container is of. */
export interface ContainerSpec {
  /** `ta-…`. */
  id: string;
  deployed: DeployedFunction;
  definition: FunctionDefinition;
}

/** Name of the file in a container's folder that says whose it is. */
export const OWNER_FILE = "owner.json";

/** Whose a container's folder is, and the folder of its socket. */
export interface ContainerOwner {
  owner: Owner;
  socketFolder: string;
}

/** Everything a container's process needs, laid out in folders of its own. */
export interface ContainerFolder {
  /** Holds all that follows; removed with the container. */
  folder: string;
  /** Path of its Unix socket, in a folder of its own: such paths must be short. */
  socket: string;
  python: string;
  volumes: VolumeFolder[];
  /** What the function expects at absolute paths. */
  placements: Placement[];
  environment: Record<string, string>;
  remove(): Promise<void>;
}

async function pythonOf(state: EmulatorState, imageId: string) {
  const version = (await findPython(state)) ?? "";
  const layers = await planLayers(state, await requireImage(state, imageId), version);
  const built = await findBuilt(state, layers);
  if (built === undefined) {
    throw new RpcError("failedPrecondition", "its image's Python environment is gone: deploy the app again");
  }
  return { python: built.python, variables: imageVariables(layers), copied: imageMounts(layers) };
}

async function writeArguments(state: EmulatorState, spec: ContainerSpec, file: string): Promise<void> {
  const { deployed, definition } = spec;
  const layout = await layoutOf(state, deployed.app);
  const known = new Set(layout.objects.map((each) => (each as { objectId: string }).objectId));
  const others = definition.view.objectDependencies
    .map(({ objectId }) => objectId)
    .filter((id) => !known.has(id))
    .map((objectId) => (objectId.startsWith("vo-") ? { objectId, volumeMetadata: {} } : { objectId }));
  const bytes = codecOf("ContainerArguments").encode({
    taskId: spec.id,
    functionId: deployed.id,
    appId: deployed.app.id,
    functionDef: definition.bytes,
    serializedParams: Buffer.from(deployed.parameters ?? "", "base64"),
    environmentName: ENVIRONMENT,
    appLayout: { ...layout, objects: [...layout.objects, ...others] },
  });
  await writeFile(file, bytes, { mode: 0o600 });
}

// Source lies on PYTHONPATH, wherever that is; other files that came along, and volumes, only where they were sent.
async function placementsOf(
  state: EmulatorState,
  { definition }: ContainerSpec,
  given: { source: string; mountIds: readonly string[]; volumes: readonly VolumeFolder[] },
): Promise<Placement[]> {
  const { source, mountIds, volumes } = given;
  const { volumeMounts } = definition.view;
  const sent = (await listFolder(source)).filter((name) => name !== "root");
  const files = sent.map((name) => ({ path: `/${name}`, folder: path.join(source, name) }));
  if (await mindsMountRoot(state, mountIds)) return files;
  const mounted = volumeMounts.map(({ mountPath }, index) => ({
    path: `/${normalisePath(mountPath)}`,
    folder: volumes[index]?.folder ?? "",
  }));
  return [...files, ...mounted];
}

interface Places {
  folder: string;
  socket: string;
}

async function fill(
  state: EmulatorState,
  spec: ContainerSpec,
  { folder, socket }: Places,
): Promise<Omit<ContainerFolder, keyof Places | "remove">> {
  const { view } = spec.definition;
  const at = (name: string): string => path.join(folder, name);
  const { python, variables, copied } = await pythonOf(state, view.imageId);
  const mountIds = [...copied, ...view.mountIds];
  const volumes = view.volumeMounts.map((mount): VolumeFolder => {
    const local = path.join(at("root"), normalisePath(mount.mountPath));
    const subPath = normalisePath(mount.subPath);
    const { volumeId, readOnly } = mount;
    return { volumeId, folder: local, subPath, readOnly, agreed: new Map(), agreedFolders: new Set() };
  });
  const [source] = await Promise.all([
    extractMounts(state, mountIds),
    writeArguments(state, spec, at("arguments.bin")),
    ...volumes.map((volume) => reloadFolder(state, volume)),
  ]);
  return {
    python,
    volumes,
    placements: await placementsOf(state, spec, { source, mountIds, volumes }),
    environment: {
      LANG: "C.UTF-8",
      ...variables,
      ...(await readSecrets(state, view.secretIds)),
      PATH: [path.dirname(python), state.python?.environment.PATH ?? "/usr/bin:/bin"].join(path.delimiter),
      HOME: at("home"),
      TMPDIR: at("tmp"),
      PYTHONPATH: path.join(source, "root"),
      PYTHONUNBUFFERED: "1",
      MODAL_SERVER_URL: `unix://${socket}`,
      MODAL_TASK_ID: spec.id,
      MODAL_IS_REMOTE: "1",
      MODAL_IMAGE_ID: view.imageId,
      MODAL_ENVIRONMENT: ENVIRONMENT,
      MODAL_CONTAINER_ARGUMENTS_PATH: at("arguments.bin"),
      MODAL_DISABLE_API_PROXY: "1",
      [MOUNT_ROOT_VARIABLE]: at("root"),
    },
  };
}

/**
 * Lays out a container: its Python, source, volumes and arguments. Differs: its working folder is one of its own, not
 * `/root`; the volumes are copied there whole. Rejects, leaving nothing, where one of these is not to be had.
 */
export async function layOutContainer(state: EmulatorState, spec: ContainerSpec): Promise<ContainerFolder> {
  const folder = path.join(state.folder, "containers", spec.id);
  const socketFolder = await mkdtemp(path.join(tmpdir(), "modal-fmi-"));
  const places = { folder, socket: path.join(socketFolder, "s") };
  const remove = async (): Promise<void> => {
    await Promise.all([folder, socketFolder].map((each) => rm(each, { recursive: true, force: true })));
  };
  try {
    for (const name of ["home", "tmp", "work", "root"]) {
      await mkdir(path.join(folder, name), { recursive: true, mode: 0o700 });
    }
    const owned: ContainerOwner = { owner: ownerOf(state), socketFolder };
    await createRecord(path.join(folder, OWNER_FILE), owned);
    return { ...places, ...(await fill(state, spec, places)), remove };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}
