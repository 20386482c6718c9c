import { requireEnvironment } from "../environments.ts";
import type { Handler, Handlers } from "../handler.ts";
import { RpcError, refuse } from "../rpc-error.ts";
import { type EmulatorState, ENVIRONMENT, TOKEN_NAME } from "../state.ts";
import {
  createVolume,
  deleteVolume,
  findVolume,
  listVolumes,
  renameVolume,
  requireVolume,
  requireVolumeName,
  type VolumeRecord,
} from "./volume-records.ts";

/** modal_proto/api.proto, ObjectCreationType. */
const CREATION = {
  lookUp: 0,
  ifMissing: 1,
  failIfExists: 2,
  overwrite: 3,
  anonymous: 4,
  ephemeral: 5,
} as const;

interface GetOrCreateRequest {
  deploymentName: string;
  environmentName: string;
  objectCreationType: number;
  version: number;
}

function metadataOf(volume: VolumeRecord): object {
  return {
    version: volume.version,
    name: volume.name,
    creationInfo: { createdAt: volume.createdAt, createdBy: TOKEN_NAME },
  };
}

async function openVolume(state: EmulatorState, request: GetOrCreateRequest): Promise<VolumeRecord> {
  const { deploymentName: name, objectCreationType: type } = request;
  const version = request.version === 2 ? 2 : 1;
  const found = await findVolume(state, name);
  if (type === CREATION.lookUp) {
    if (found !== undefined) return found;
    throw new RpcError("notFound", `Volume '${name}' not found in environment '${ENVIRONMENT}'`);
  }
  if (found !== undefined && type === CREATION.ifMissing) return found;
  const created = found === undefined ? await createVolume(state, name, version) : undefined;
  const existing = created ?? (type === CREATION.ifMissing ? await findVolume(state, name) : undefined);
  if (existing !== undefined) return existing;
  throw new RpcError("alreadyExists", `Volume '${name}' already exists in environment '${ENVIRONMENT}'`);
}

/** Differs: an ephemeral volume lives until it is deleted, not as long as its heartbeat. */
const volumeGetOrCreate: Handler<GetOrCreateRequest> = async (state, request) => {
  requireEnvironment(request.environmentName);
  const type = request.objectCreationType;
  if (type === CREATION.overwrite) return refuse("a volume cannot be created over another one");
  const nameless = type === CREATION.anonymous || type === CREATION.ephemeral;
  if (!nameless) requireVolumeName(request.deploymentName);
  const volume = nameless
    ? await createVolume(state, "", request.version === 2 ? 2 : 1)
    : await openVolume(state, request);
  if (volume === undefined) throw new RpcError("internal", "no volume was made");
  return { volumeId: volume.id, version: volume.version, metadata: metadataOf(volume) };
};

interface ListRequest {
  environmentName: string;
  pagination?: { maxObjects: number; createdBefore: number };
}

const volumeList: Handler<ListRequest> = async (state, request) => {
  requireEnvironment(request.environmentName);
  const { maxObjects = 0, createdBefore = 0 } = request.pagination ?? {};
  const volumes = await listVolumes(state);
  const older = createdBefore > 0 ? volumes.filter((volume) => volume.createdAt < createdBefore) : volumes;
  const page = maxObjects > 0 ? older.slice(0, maxObjects) : older;
  const items = page.map((volume) => ({
    label: volume.name,
    volumeId: volume.id,
    createdAt: volume.createdAt,
    metadata: metadataOf(volume),
  }));
  return { items, environmentName: ENVIRONMENT };
};

interface ByIdRequest {
  volumeId: string;
}

const volumeGetById: Handler<ByIdRequest> = async (state, request) => {
  const volume = await requireVolume(state, request.volumeId);
  return { volumeId: volume.id, metadata: metadataOf(volume) };
};

const volumeDelete: Handler<ByIdRequest> = async (state, request) => {
  await deleteVolume(state, await requireVolume(state, request.volumeId));
  return {};
};

const volumeRename: Handler<ByIdRequest & { name: string }> = async (state, request) => {
  requireVolumeName(request.name);
  await renameVolume(state, await requireVolume(state, request.volumeId), request.name);
  return {};
};

/** Differs: changes are visible at once, so commit and reload have nothing to do. */
const volumeExists: Handler<ByIdRequest> = async (state, request) => {
  await requireVolume(state, request.volumeId);
  return {};
};

/** RPCs of volumes themselves. */
export const volumeHandlers: Handlers = {
  VolumeGetOrCreate: volumeGetOrCreate,
  VolumeList: volumeList,
  VolumeGetById: volumeGetById,
  VolumeDelete: volumeDelete,
  VolumeRename: volumeRename,
  VolumeHeartbeat: volumeExists,
  VolumeCommit: async (state, request: ByIdRequest) => {
    await requireVolume(state, request.volumeId);
    return { skipReload: true };
  },
  VolumeReload: volumeExists,
};
