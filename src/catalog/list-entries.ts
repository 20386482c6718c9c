import { ToolError } from "../errors.ts";
import type { Modal, VolumeEntry, VolumeInfo } from "../modal/modal.ts";
import { readSidecars, SIDECAR_FOLDER, type Sidecar } from "./sidecars.ts";

/** What to list of a volume. */
export interface ListRequest {
  path: string;
  recursive: boolean;
  search: string | undefined;
  /** Seconds since the epoch; older entries are left out. */
  modifiedSince: number | undefined;
  limit: number;
  cursor: string | undefined;
}

export interface ListedEntry {
  path: string;
  type: VolumeEntry["type"];
  size: number;
  /** ISO 8601. */
  modified: string;
  sidecar: Sidecar | undefined;
}

/**
 * Lists a volume's entries in the order of their paths, a page at a time; FMUs with what their sidecars tell. The sidecar
 * folder is left out unless `path` names it. The cursor is the last path of the page, so entries added meanwhile shift nothing.
 */
export async function listEntries(
  modal: Modal,
  volume: VolumeInfo,
  request: ListRequest,
  signal?: AbortSignal,
): Promise<{ entries: ListedEntry[]; nextCursor: string | undefined }> {
  const path = request.path.replace(/^\/+/, "");
  const after = request.cursor === undefined ? undefined : decodeCursor(request.cursor);
  const inSidecars = path === SIDECAR_FOLDER || path.startsWith(`${SIDECAR_FOLDER}/`);
  const found: VolumeEntry[] = [];
  for await (const entry of modal.volumes.entries(volume, path, { recursive: request.recursive, signal })) {
    const hidden = entry.path === SIDECAR_FOLDER || entry.path.startsWith(`${SIDECAR_FOLDER}/`);
    if (hidden && !inSidecars) continue;
    if (after !== undefined && entry.path <= after) continue;
    if (request.modifiedSince !== undefined && entry.modified < request.modifiedSince) continue;
    found.push(entry);
  }
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  // Names are read for one page only, but for a search: it looks into all of them.
  const wanted = request.search ? found : found.slice(0, request.limit);
  const paths = wanted.map((entry) => entry.path);
  const sidecars = await readSidecars(modal, volume, paths, signal);
  const matching = wanted
    .map((entry) => ({ ...entry, modified: toIso(entry.modified), sidecar: sidecars.get(entry.path) }))
    .filter((entry) => matches(entry, request.search));
  const entries = matching.slice(0, request.limit);
  const more = (request.search ? matching : found).length > entries.length;
  const last = entries.at(-1);
  return { entries, nextCursor: more && last ? encodeCursor(last.path) : undefined };
}

function matches(entry: ListedEntry, search: string | undefined): boolean {
  if (!search) return true;
  const { sidecar } = entry;
  const texts = [entry.path, sidecar?.file_name, sidecar?.model_name, sidecar?.note];
  return texts.some((text) => text?.toLowerCase().includes(search.toLowerCase()));
}

function toIso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function encodeCursor(path: string): string {
  return Buffer.from(path).toString("base64url");
}

function decodeCursor(cursor: string): string {
  const path = Buffer.from(cursor, "base64url").toString();
  if (encodeCursor(path) === cursor && cursor !== "") return path;
  throw new ToolError(
    "invalid_argument",
    `Cannot go on listing from cursor "${cursor.slice(0, 80)}": it was not made by \`list_volume\``,
    "Pass the `next_cursor` of the last page unchanged, or leave `cursor` out.",
  );
}
