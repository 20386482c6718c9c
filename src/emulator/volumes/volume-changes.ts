import type { Handler } from "../handler.ts";
import { RpcError, refuse } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";
import {
  type EntryRecord,
  type FileRecord,
  findEntry,
  listEntries,
  putFiles,
  putFolder,
  removeEntry,
} from "./volume-entries.ts";
import { baseName, isBelow, normalisePath } from "./volume-paths.ts";
import { requireVolume } from "./volume-records.ts";

async function requireEntry(state: EmulatorState, volumeId: string, path: string): Promise<EntryRecord> {
  if (path === "") return { type: "folder", path: "", modified: 0 };
  const entry = await findEntry(state, volumeId, path);
  if (entry === undefined) throw new RpcError("notFound", `${path}: no such file or directory`);
  return entry;
}

interface RemoveRequest {
  volumeId: string;
  path: string;
  recursive: boolean;
}

/** Removes a file, or with `recursive` a directory with all it holds; the root stays. */
export const removeFiles: Handler<RemoveRequest> = async (state, request) => {
  const volume = await requireVolume(state, request.volumeId);
  const entry = await requireEntry(state, volume.id, normalisePath(request.path));
  const below = entry.type === "folder" ? await listEntries(state, volume.id, entry.path) : [];
  if (entry.type === "folder" && !request.recursive) {
    return refuse(`${entry.path || "/"}: is a directory; remove it recursively`);
  }
  // Deepest first: whoever lists meanwhile never sees an entry without its directory.
  for (const each of below.reverse()) await removeEntry(state, volume.id, each.path);
  if (entry.path !== "") await removeEntry(state, volume.id, entry.path);
  return {};
};

interface CopyRequest {
  volumeId: string;
  srcPaths: string[];
  dstPath: string;
  recursive: boolean;
}

async function copyFolder(
  state: EmulatorState,
  volumeId: string,
  from: string,
  to: string,
): Promise<FileRecord[]> {
  if (to === from || isBelow(to, from)) return refuse(`${from || "/"}: cannot be copied into itself`);
  await putFolder(state, volumeId, to);
  const moved = (path: string): string => `${to}/${path.slice(from === "" ? 0 : from.length + 1)}`;
  const files: FileRecord[] = [];
  for (const entry of await listEntries(state, volumeId, from)) {
    if (entry.type === "folder") await putFolder(state, volumeId, moved(entry.path));
    else files.push({ ...entry, path: moved(entry.path) });
  }
  return files;
}

/** Copies as `cp` does: into the destination where that is a directory or named with a slash, else to its name. */
export const copyFiles: Handler<CopyRequest> = async (state, request) => {
  const volume = await requireVolume(state, request.volumeId);
  const destination = normalisePath(request.dstPath);
  const there = destination === "" ? undefined : await findEntry(state, volume.id, destination);
  const into = destination === "" || there?.type === "folder" || request.dstPath.endsWith("/");
  if (request.srcPaths.length === 0) return refuse("nothing to copy was named");
  if (request.srcPaths.length > 1 && !into) return refuse(`${destination}: is not a directory`);
  const sources: EntryRecord[] = [];
  for (const source of request.srcPaths) {
    sources.push(await requireEntry(state, volume.id, normalisePath(source)));
  }
  const modified = Math.floor(Date.now() / 1000);
  for (const source of sources) {
    if (source.type === "folder" && !request.recursive) {
      return refuse(`${source.path || "/"}: is a directory; copy it recursively`);
    }
    const name = baseName(source.path);
    const target = into ? [destination, name].filter((part) => part !== "").join("/") : destination;
    const files =
      source.type === "folder"
        ? await copyFolder(state, volume.id, source.path, target)
        : [{ ...source, path: target }];
    await putFiles(
      state,
      volume.id,
      files.map((file) => ({ ...file, modified })),
      true,
    );
  }
  return {};
};
