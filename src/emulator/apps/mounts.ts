import type { Handler, Handlers } from "../handler.ts";
import { sha256Hex } from "../ids.ts";
import { mapLimited } from "../record-files.ts";
import { RpcError, refuse } from "../rpc-error.ts";
import { readBlob } from "../volumes/blobs.ts";
import { hasContent, storeContent } from "../volumes/contents.ts";
import { findMount, type MountFile, storeMount } from "./mount-records.ts";

interface MountPutFileRequest {
  sha256Hex: string;
  data?: Buffer;
  dataBlobId?: string;
}

/** Tells whether a file's content is known, or stores it: v1 volumes take their files by it. */
const mountPutFile: Handler<MountPutFileRequest> = async (state, request) => {
  if (await hasContent(state, request.sha256Hex)) return { exists: true };
  if (request.data === undefined && request.dataBlobId === undefined) return { exists: false };
  const blob = request.dataBlobId === undefined ? undefined : await readBlob(state, request.dataBlobId);
  if (request.dataBlobId !== undefined && blob === undefined) {
    throw new RpcError("notFound", `Blob ${request.dataBlobId} not found`);
  }
  const source = blob?.stream ?? request.data ?? Buffer.alloc(0);
  const stored = await storeContent(state, source, request.sha256Hex, Number.MAX_SAFE_INTEGER);
  if (stored === undefined) return refuse(`the data does not have the sha256 ${request.sha256Hex}`);
  return { exists: true };
};

const mountBatchedCheckExistence: Handler<{ sha256HexHashes: string[] }> = async (state, request) => {
  const hashes = request.sha256HexHashes;
  const known = await mapLimited(hashes, (hash) => hasContent(state, hash));
  return { missingSha256HexHashes: hashes.filter((_, index) => known[index] === false) };
};

interface MountGetOrCreateRequest {
  deploymentName: string;
  namespace: number;
  objectCreationType: number;
  files: MountFile[];
}

/** modal_proto/api.proto: DeploymentNamespace GLOBAL, ObjectCreationType UNSPECIFIED. */
const GLOBAL = 3;
const LOOK_UP = 0;

/**
 * Differs: a mount of Modal's own (its client, a standalone Python) is empty: an app's environment has the client
 * installed. A named mount is looked up in vain; only those of an app are kept.
 */
const mountGetOrCreate: Handler<MountGetOrCreateRequest> = async (state, request) => {
  const { deploymentName: name, files, namespace, objectCreationType } = request;
  const ours = namespace === GLOBAL;
  if (!ours && objectCreationType === LOOK_UP && (await findMount(state, name)) === undefined) {
    throw new RpcError("notFound", `Mount '${name.slice(0, 80)}' not found`);
  }
  const mount = await storeMount(state, ours ? [] : files);
  return {
    mountId: mount.id,
    handleMetadata: { contentChecksumSha256Hex: sha256Hex(ours ? name : mount.id) },
  };
};

/** RPCs of mounts. */
export const mountHandlers: Handlers = {
  MountPutFile: mountPutFile,
  MountBatchedCheckExistence: mountBatchedCheckExistence,
  MountGetOrCreate: mountGetOrCreate,
};
