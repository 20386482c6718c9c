import { posix } from "node:path";
import { ToolError } from "../errors.ts";
import type { ControlPlane } from "./connect.ts";
import { missingPath } from "./missing-path.ts";
import type { UploadProgress, VolumeEntry, VolumeInfo, Volumes } from "./modal.ts";
import { type Connection, joinSignals, request, stream } from "./request.ts";
import { cancelledError, toToolError } from "./status.ts";
import { openUploadSource } from "./upload-source.ts";
import { downloadFile, readRange } from "./volume-read.ts";
import { uploadToV2 } from "./volume-upload.ts";
import { uploadToV1 } from "./volume-upload-v1.ts";

type Metadata = Awaited<ReturnType<ControlPlane["volumeGetOrCreate"]>>["metadata"];

const LOOK_UP = 0;
const CREATE_FAIL_IF_EXISTS = 2;
const VERSION_2 = 2;
const LIST_PAGE = 100;
const ENTRY_TYPES: Readonly<Record<number, VolumeEntry["type"]>> = {
  1: "file",
  2: "directory",
  3: "symlink",
  4: "fifo",
  5: "socket",
};

/** Modal's volumes of one environment, versions 1 and 2 alike. */
export function createVolumes(connection: Connection): Volumes {
  return {
    list: (signal) => listVolumes(connection, signal),
    find: (name, signal) => findVolume(connection, name, signal),
    get: async (name, signal) => {
      const volume = await findVolume(connection, name, signal);
      if (volume === undefined) throw missingVolume(connection, name);
      return volume;
    },
    ensure: (name, signal) => ensureVolume(connection, name, signal),
    delete: async (volume, signal) => {
      await request(
        connection,
        `delete volume "${volume.name}"`,
        (controlPlane, rpc) => controlPlane.volumeDelete({ volumeId: volume.id }, rpc),
        { signal },
      );
    },
    entries: (volume, path, options) => listEntries(connection, volume, path, options),
    findFile: (volume, path, signal) => findFile(connection, volume, path, signal),
    hasFile: (volume, path, signal) => hasFile(connection, volume, path, signal),
    upload: (volume, remotePath, source, options) =>
      uploadFile(connection, volume, remotePath, source, options),
    read: (volume, path, range, signal) => readRange(connection, volume, relative(path), range, signal),
    download: (volume, path, localPath, signal) =>
      downloadFile(connection, volume, relative(path), localPath, signal),
    remove: (volume, path, options) => removePath(connection, volume, path, options),
  };
}

async function listVolumes(connection: Connection, signal?: AbortSignal): Promise<VolumeInfo[]> {
  const volumes: VolumeInfo[] = [];
  let createdBefore = Date.now() / 1000 + 60;
  for (;;) {
    const page = await request(
      connection,
      `list the volumes of ${environmentWords(connection)}`,
      (controlPlane, rpc) =>
        controlPlane.volumeList(
          {
            environmentName: connection.environment,
            pagination: { maxObjects: LIST_PAGE, createdBefore },
          },
          rpc,
        ),
      { signal },
    );
    for (const item of page.items) volumes.push(toVolumeInfo(item.volumeId, item.label, item.metadata));
    const last = page.items.at(-1);
    if (last === undefined || page.items.length < LIST_PAGE) return volumes;
    createdBefore = last.metadata?.creationInfo?.createdAt ?? last.createdAt;
  }
}

async function getOrCreate(
  connection: Connection,
  name: string,
  type: typeof LOOK_UP | typeof CREATE_FAIL_IF_EXISTS,
  signal?: AbortSignal,
): Promise<VolumeInfo> {
  const verb = type === LOOK_UP ? "look up" : "create";
  const reply = await request(
    connection,
    `${verb} volume "${name}" in ${environmentWords(connection)}`,
    (controlPlane, rpc) =>
      controlPlane.volumeGetOrCreate(
        { deploymentName: name, environmentName: connection.environment, objectCreationType: type },
        rpc,
      ),
    { signal },
  );
  return toVolumeInfo(reply.volumeId, name, reply.metadata);
}

function findVolume(
  connection: Connection,
  name: string,
  signal?: AbortSignal,
): Promise<VolumeInfo | undefined> {
  return getOrCreate(connection, name, LOOK_UP, signal).catch(undefinedWhere("not_found"));
}

async function ensureVolume(connection: Connection, name: string, signal?: AbortSignal) {
  const found = await findVolume(connection, name, signal);
  if (found !== undefined) return { ...found, created: false };
  const created = await getOrCreate(connection, name, CREATE_FAIL_IF_EXISTS, signal).catch(
    undefinedWhere("already_exists"),
  );
  if (created !== undefined) return { ...created, created: true };
  // Somebody else was faster.
  return { ...(await getOrCreate(connection, name, LOOK_UP, signal)), created: false };
}

async function* listEntries(
  connection: Connection,
  volume: VolumeInfo,
  path: string,
  options: { recursive: boolean; signal?: AbortSignal | undefined },
): AsyncGenerator<VolumeEntry, void, undefined> {
  const message = { volumeId: volume.id, path: relative(path) || "/", recursive: options.recursive };
  const batches = stream(
    connection,
    `list ${path} of volume "${volume.name}"`,
    (controlPlane, rpc) =>
      volume.version === VERSION_2
        ? controlPlane.volumeListFiles2(message, rpc)
        : controlPlane.volumeListFiles(message, rpc),
    options.signal,
  );
  try {
    for await (const batch of batches)
      for (const { path: entryPath, type, size, mtime } of batch.entries)
        yield {
          path: relative(entryPath),
          type: ENTRY_TYPES[type] ?? "file",
          size,
          modified: mtime,
        };
  } catch (thrown) {
    throw missingPath(thrown, volume, path);
  }
}

async function findFile(
  connection: Connection,
  volume: VolumeInfo,
  path: string,
  signal?: AbortSignal,
): Promise<VolumeEntry | undefined> {
  try {
    // Listing a file's path gives that one entry.
    for await (const entry of listEntries(connection, volume, path, { recursive: false, signal }))
      if (entry.type === "file" && entry.path === relative(path)) return entry;
    return undefined;
  } catch (thrown) {
    return undefinedWhere("not_found")(thrown);
  }
}

/** Asks for where a first byte is and does not fetch it: one unary request, where a listing is a stream. */
async function hasFile(
  connection: Connection,
  volume: VolumeInfo,
  path: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const reply = await request(
    connection,
    `look for ${relative(path)} on volume "${volume.name}"`,
    (controlPlane, rpc) =>
      controlPlane.volumeGetFile2({ volumeId: volume.id, path: relative(path), start: 0, len: 1 }, rpc),
    { signal },
  ).catch(undefinedWhere("not_found"));
  return reply !== undefined;
}

async function uploadFile(
  connection: Connection,
  volume: VolumeInfo,
  remotePath: string,
  from: { file: string } | { bytes: Uint8Array },
  options: { overwrite: boolean; onProgress?: UploadProgress | undefined; signal?: AbortSignal | undefined },
): Promise<{ size: number; sha256: string; bytesSent: number }> {
  const path = relative(remotePath);
  const what = `upload ${path} to volume "${volume.name}"`;
  const signal = joinSignals(connection, options.signal);
  const source = await openUploadSource(from);
  const { size } = source;
  let inPlace = 0;
  const addBytes = (bytes: number) => {
    inPlace += bytes;
    options.onProgress?.(inPlace, size);
  };
  const job = { connection, volume, path, source, overwrite: options.overwrite, what, signal, addBytes };
  try {
    const sent = volume.version === VERSION_2 ? await uploadToV2(job) : await uploadToV1(job);
    const listed = await findFile(connection, volume, path, options.signal);
    if (listed?.size !== size)
      throw new ToolError(
        "data_loss",
        `Cannot ${what}: the server lists ${listed?.size ?? "no"} bytes after ${size} were uploaded`,
        "Call again.",
      );
    return { size, ...sent };
  } catch (thrown) {
    if (signal.aborted) throw cancelledError(what, signal.reason);
    throw toToolError(thrown, what, connection.url);
  } finally {
    await source.close();
  }
}

async function removePath(
  connection: Connection,
  volume: VolumeInfo,
  path: string,
  options: { recursive: boolean; signal?: AbortSignal | undefined },
): Promise<void> {
  const message = { volumeId: volume.id, path: relative(path), recursive: options.recursive };
  try {
    await request(
      connection,
      `remove ${path} from volume "${volume.name}"`,
      (controlPlane, rpc) =>
        volume.version === VERSION_2
          ? controlPlane.volumeRemoveFile2(message, rpc)
          : controlPlane.volumeRemoveFile(message, rpc),
      { signal: options.signal },
    );
  } catch (thrown) {
    throw missingPath(thrown, volume, path);
  }
}

function toVolumeInfo(id: string, name: string, metadata: Metadata): VolumeInfo {
  const createdAt = metadata?.creationInfo?.createdAt ?? 0;
  return {
    id,
    name: metadata?.name || name,
    version: metadata?.version === VERSION_2 ? 2 : 1,
    createdAt: createdAt > 0 ? new Date(createdAt * 1000).toISOString() : undefined,
  };
}

/** Paths on the wire carry no leading slash; "" is the root. */
function relative(path: string): string {
  return posix.normalize(`/${path}`).replace(/^\/|\/$/g, "");
}

function environmentWords({ environment }: Connection): string {
  return environment === "" ? "the default environment" : `environment "${environment}"`;
}

function missingVolume(connection: Connection, name: string): ToolError {
  return new ToolError(
    "not_found",
    `Cannot find volume "${name}": ${environmentWords(connection)} has none of that name`,
    `Call \`manage_volume\` with \`action: create\` and volume "${name}"; \`upload_fmu\` creates the volume of FMUs by itself, \`deploy_runner\` those of its runner.`,
  );
}

function undefinedWhere(code: ToolError["code"]) {
  return (thrown: unknown): undefined => {
    if (thrown instanceof ToolError && thrown.code === code) return undefined;
    throw thrown;
  };
}
