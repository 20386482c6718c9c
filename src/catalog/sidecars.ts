import type { Modal, VolumeInfo } from "../modal/modal.ts";

/** Folder of a volume that says what its FMUs are; left out of listings. */
export const SIDECAR_FOLDER = ".modal-fmi";

/** What is kept beside an uploaded FMU. `/<sha256>.fmu` has its sidecar at `/.modal-fmi/<sha256>.json`. */
export interface Sidecar {
  file_name: string;
  model_name: string;
  fmi_version: string;
  generation_tool: string | null;
  /** Bytes of the FMU. */
  size: number;
  /** ISO 8601. */
  uploaded_at: string;
  /** Name of the token. */
  uploaded_by: string | null;
  note: string | null;
}

const FMU_NAME = /^([0-9a-f]{64})\.fmu$/;
const MAX_SIDECAR_BYTES = 16 * 1024;
const MAX_TEXT = 1_000;
const PARALLEL_READS = 8;

/** Sidecars read before, by volume, checksum and modification time: a listing reads each one once. */
const caches = new WeakMap<Modal, Map<string, Sidecar>>();

/** The checksum in an FMU's path on a volume, or undefined for any other path. */
export function checksumOfPath(path: string): string | undefined {
  return FMU_NAME.exec(path.replace(/^\//, ""))?.[1];
}

/** Where an FMU's sidecar is. */
function sidecarPath(checksum: string): string {
  return `/${SIDECAR_FOLDER}/${checksum}.json`;
}

/** Writes an FMU's sidecar, in place of one that is there. */
export async function writeSidecar(
  modal: Modal,
  volume: VolumeInfo,
  checksum: string,
  sidecar: Sidecar,
  signal?: AbortSignal,
): Promise<void> {
  const bytes = Buffer.from(`${JSON.stringify(sidecar, null, 2)}\n`);
  await modal.volumes.upload(volume, sidecarPath(checksum), { bytes }, { overwrite: true, signal });
}

/**
 * Reads the sidecars of the given FMU paths, by path. A path without a sidecar, or with a damaged one, is left out;
 * a failing endpoint throws.
 */
export async function readSidecars(
  modal: Modal,
  volume: VolumeInfo,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, Sidecar>> {
  const sidecars = new Map<string, Sidecar>();
  const wanted = paths.filter((path) => checksumOfPath(path) !== undefined);
  if (wanted.length === 0) return sidecars;
  const stamps = await listStamps(modal, volume, signal);
  const queue = wanted.values();
  const work = async () => {
    for (const path of queue) {
      const checksum = checksumOfPath(path) ?? "";
      const stamp = stamps.get(checksum);
      if (stamp === undefined) continue;
      const sidecar = await readSidecar(modal, volume, checksum, stamp, signal);
      if (sidecar !== undefined) sidecars.set(path, sidecar);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_READS }, work));
  return sidecars;
}

/** Checksum -> what tells one version of its sidecar from another; empty where the folder is missing. */
async function listStamps(
  modal: Modal,
  volume: VolumeInfo,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const stamps = new Map<string, string>();
  try {
    for await (const entry of modal.volumes.entries(volume, SIDECAR_FOLDER, { recursive: false, signal })) {
      const checksum = /([0-9a-f]{64})\.json$/.exec(entry.path)?.[1];
      if (checksum !== undefined && entry.size <= MAX_SIDECAR_BYTES)
        stamps.set(checksum, `${entry.modified}-${entry.size}`);
    }
  } catch (thrown) {
    if (!isNotFound(thrown)) throw thrown;
  }
  return stamps;
}

async function readSidecar(
  modal: Modal,
  volume: VolumeInfo,
  checksum: string,
  stamp: string,
  signal?: AbortSignal,
): Promise<Sidecar | undefined> {
  const cache = caches.get(modal) ?? new Map<string, Sidecar>();
  caches.set(modal, cache);
  const key = `${volume.id} ${checksum} ${stamp}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  try {
    const whole = { start: 0, length: 0 };
    const { bytes } = await modal.volumes.read(volume, sidecarPath(checksum), whole, signal);
    const sidecar = parseSidecar(Buffer.from(bytes).toString("utf8"));
    if (sidecar !== undefined) cache.set(key, sidecar);
    return sidecar;
  } catch (thrown) {
    if (isNotFound(thrown)) return undefined;
    throw thrown;
  }
}

/** Reads a sidecar's text; undefined for one that is no sidecar. Anyone with the volume can write one: texts are bounded. */
function parseSidecar(json: string): Sidecar | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const members = new Map<string, unknown>(Object.entries(value));
  const text = (name: string) => {
    const member = members.get(name);
    return typeof member === "string" ? member.slice(0, MAX_TEXT) : null;
  };
  const size = members.get("size");
  return {
    file_name: text("file_name") ?? "",
    model_name: text("model_name") ?? "",
    fmi_version: text("fmi_version") ?? "",
    generation_tool: text("generation_tool"),
    size: typeof size === "number" ? size : 0,
    uploaded_at: text("uploaded_at") ?? "",
    uploaded_by: text("uploaded_by"),
    note: text("note"),
  };
}

function isNotFound(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && "code" in thrown && thrown.code === "not_found";
}
