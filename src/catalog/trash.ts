import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../errors.ts";

const KEEP_DAYS = 30;
const DAY_MS = 24 * 3600_000;
const MANIFEST = "manifest.json";

/** One removal: where the files were and what they were called. */
export interface TrashEntry {
  trash_id: string;
  /** ISO 8601. */
  removed_at: string;
  endpoint: "modal" | "embedded";
  environment: string;
  volume: string;
  /** Paths on the volume with their sizes in bytes; the copies are numbered as they stand here. */
  files: readonly { path: string; size: number }[];
}

/** Copies of files that were removed from volumes, kept 30 days. */
export interface Trash {
  /**
   * Makes room for the copies of one removal, fills it by `copy` and keeps it; where that fails nothing is left. Returns
   * the id to restore by.
   */
  keep(
    entry: Omit<TrashEntry, "trash_id" | "removed_at">,
    copy: (path: string, localPath: string) => Promise<void>,
  ): Promise<string>;
  /** Newest first. */
  list(): Promise<TrashEntry[]>;
  /** Throws `not_found` for an id that is not kept. */
  get(trashId: string): Promise<TrashEntry>;
  /** Local path of a copy. */
  fileOf(entry: TrashEntry, index: number): string;
  /** Takes out what is older than 30 days. */
  sweep(now?: Date): Promise<void>;
}

/** Opens the trash in a folder that several processes may share; the folder is made by the first removal. */
export function openTrash(folder: string): Trash {
  const list = async () => {
    const names = await readdir(folder).catch(() => []);
    const found = await Promise.all(names.filter(isTrashId).map((id) => readManifest(folder, id)));
    return found
      .filter((entry) => entry !== undefined)
      .sort((a, b) => Date.parse(b.removed_at) - Date.parse(a.removed_at));
  };
  return {
    async keep(entry, copy) {
      const trashId = `trash-${new Date().toISOString().slice(0, 10).replaceAll("-", "")}-${randomBytes(5).toString("hex")}`;
      const making = join(folder, `.${trashId}`);
      await mkdir(making, { recursive: true, mode: 0o700 });
      try {
        for (const [index, file] of entry.files.entries()) await copy(file.path, join(making, String(index)));
        const manifest: TrashEntry = { trash_id: trashId, removed_at: new Date().toISOString(), ...entry };
        await writeFile(join(making, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
        await rename(making, join(folder, trashId));
      } catch (error) {
        await rm(making, { recursive: true, force: true });
        throw error;
      }
      return trashId;
    },
    list,
    async get(trashId) {
      const entry = isTrashId(trashId) ? await readManifest(folder, trashId) : undefined;
      if (entry) return entry;
      throw new ToolError(
        "not_found",
        `Cannot restore "${trashId.slice(0, 80)}": the trash holds no removal of that id, or its ${KEEP_DAYS} days are over`,
        "Call `manage_volume` with `action: restore` and no `trash_id` to see what can be restored.",
      );
    },
    fileOf: (entry, index) => join(folder, entry.trash_id, String(index)),
    async sweep(now = new Date()) {
      for (const entry of await list())
        if (now.getTime() - Date.parse(entry.removed_at) > KEEP_DAYS * DAY_MS)
          await rm(join(folder, entry.trash_id), { recursive: true, force: true });
    },
  };
}

async function readManifest(folder: string, trashId: string): Promise<TrashEntry | undefined> {
  try {
    const entry: TrashEntry = JSON.parse(await readFile(join(folder, trashId, MANIFEST), "utf8"));
    return entry.trash_id === trashId && Array.isArray(entry.files) ? entry : undefined;
  } catch {
    // Damaged, or swept away by another process.
    return undefined;
  }
}

function isTrashId(text: string): boolean {
  return /^trash-\d{8}-[0-9a-f]{10}$/.test(text);
}
