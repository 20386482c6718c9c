import { posix } from "node:path";
import { ToolError } from "../errors.ts";
import type { Modal, VolumeEntry, VolumeInfo } from "../modal/modal.ts";
import { checksumOfPath, SIDECAR_FOLDER } from "./sidecars.ts";

/** A file or folder on a volume that a caller named, with every file that belongs to it. */
export interface Selected {
  /** With a leading slash. */
  path: string;
  isFolder: boolean;
  /** Of the FMU at this path. */
  checksum: string | undefined;
  /** The file, or the files of the folder; paths without a leading slash. */
  files: VolumeEntry[];
  /** The note beside an FMU, where there is one. */
  sidecar: VolumeEntry | undefined;
}

const CHECKSUM = /^[0-9a-f]{64}$/i;
const GLOB = /[*?[\]{}]/;
const MOST_FILES = 1_000;
const MOST_BYTES = 20 * 1024 ** 3;

/**
 * Finds what full paths and checksums name. Throws `invalid_argument` for a pattern, the volume's root or a list of
 * nothing, `not_found` for a path that is not there, `resource_exhausted` beyond 1,000 files or 20 GiB.
 */
export async function selectFiles(
  modal: Modal,
  volume: VolumeInfo,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<Selected[]> {
  const wanted = [...new Set(paths.map(toPath))];
  const selected: Selected[] = [];
  let count = 0;
  let bytes = 0;
  for (const path of wanted) {
    const one = await selectOne(modal, volume, path, signal);
    count += one.files.length;
    bytes += one.files.reduce((sum, { size }) => sum + size, 0);
    if (count > MOST_FILES || bytes > MOST_BYTES) throw tooMany(path);
    selected.push(one);
  }
  return selected;
}

/** The path that a caller's text means, with a leading slash. */
function toPath(text: string): string {
  if (CHECKSUM.test(text)) return `/${text.toLowerCase()}.fmu`;
  const path = posix.normalize(`/${text}`).replace(/\/$/, "");
  if (GLOB.test(text) || path === "" || text.includes("\0")) {
    throw new ToolError(
      "invalid_argument",
      `Cannot use "${text}" as a path: it is ${GLOB.test(text) ? "a pattern" : "a whole volume"}`,
      "Pass full `paths` or checksums as `list_volume` shows them, one by one.",
    );
  }
  return path;
}

async function selectOne(
  modal: Modal,
  volume: VolumeInfo,
  path: string,
  signal?: AbortSignal,
): Promise<Selected> {
  const file = await modal.volumes.findFile(volume, path, signal);
  const checksum = checksumOfPath(path);
  if (file !== undefined) {
    const note = checksum === undefined ? undefined : `/${SIDECAR_FOLDER}/${checksum}.json`;
    const sidecar = note === undefined ? undefined : await modal.volumes.findFile(volume, note, signal);
    return { path, isFolder: false, checksum, files: [file], sidecar };
  }
  const files: VolumeEntry[] = [];
  for await (const entry of modal.volumes.entries(volume, path, { recursive: true, signal })) {
    if (entry.type === "file") files.push(entry);
    if (files.length > MOST_FILES) throw tooMany(path);
  }
  return { path, isFolder: true, checksum: undefined, files, sidecar: undefined };
}

function tooMany(path: string): ToolError {
  return new ToolError(
    "resource_exhausted",
    `Cannot take "${path}": with it these are more than ${MOST_FILES} files or ${MOST_BYTES / 1024 ** 3} GiB`,
    "Pass fewer `paths`, or use the command `modal volume`.",
  );
}
