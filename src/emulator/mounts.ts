import { readBlob } from "./blobs.ts";
import { hasContent, storeContent } from "./contents.ts";
import type { Handler, Handlers } from "./handler.ts";
import { RpcError, refuse } from "./rpc-error.ts";

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

/** RPCs of mounts. */
export const mountHandlers: Handlers = { MountPutFile: mountPutFile };
