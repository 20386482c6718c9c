import { ToolError } from "../errors.ts";
import type { Modal, VolumeEntry, VolumeInfo } from "../modal/modal.ts";
import { checksumOfPath, readSidecars, type Sidecar } from "./sidecars.ts";

/** An FMU on a volume. */
export interface FoundFmu {
  /** sha256 of the file, lower case hex. */
  checksum: string;
  volumeName: string;
  volume: VolumeInfo;
  entry: VolumeEntry;
  /** Known where it was found by name. */
  sidecar: Sidecar | undefined;
}

const FULL_CHECKSUM = /^[0-9a-f]{64}$/;
const CHECKSUM_PREFIX = /^[0-9a-f]{8,63}$/;
const MOST_CANDIDATES = 10;

/**
 * Finds the FMU that `text` means: a sha256, 8 or more of its leading digits, or a file or model name. The first of the
 * volumes that holds it wins; a volume that does not exist holds nothing. Throws `invalid_argument` with the candidates
 * where several on one volume match, `not_found` where none does.
 */
export async function resolveFmu(
  modal: Modal,
  volumeNames: readonly string[],
  text: string,
  signal?: AbortSignal,
): Promise<FoundFmu> {
  const asked = text.trim();
  const digits = asked.toLowerCase();
  for (const volumeName of volumeNames) {
    const matches = FULL_CHECKSUM.test(digits)
      ? await findByChecksum(modal, volumeName, digits, signal)
      : await findByListing(modal, volumeName, asked, signal);
    const [only, ...others] = matches;
    if (others.length > 0) throw ambiguous(asked, volumeName, matches);
    if (only !== undefined) return only;
  }
  throw missing(asked, volumeNames);
}

async function findByChecksum(
  modal: Modal,
  volumeName: string,
  checksum: string,
  signal?: AbortSignal,
): Promise<FoundFmu[]> {
  const volume = await modal.volumes.find(volumeName, signal);
  if (volume === undefined) return [];
  const entry = await modal.volumes.findFile(volume, `/${checksum}.fmu`, signal);
  return entry === undefined ? [] : [found(volume, entry, checksum, undefined)];
}

async function findByListing(
  modal: Modal,
  volumeName: string,
  asked: string,
  signal?: AbortSignal,
): Promise<FoundFmu[]> {
  const volume = await modal.volumes.find(volumeName, signal);
  return volume === undefined ? [] : findInListing(modal, volume, asked, signal);
}

async function findInListing(
  modal: Modal,
  volume: VolumeInfo,
  asked: string,
  signal?: AbortSignal,
): Promise<FoundFmu[]> {
  const all: FoundFmu[] = [];
  for await (const entry of modal.volumes.entries(volume, "/", { recursive: false, signal })) {
    const checksum = checksumOfPath(entry.path);
    if (checksum !== undefined) all.push(found(volume, entry, checksum, undefined));
  }
  const digits = asked.toLowerCase();
  const byPrefix = CHECKSUM_PREFIX.test(digits) ? all.filter((fmu) => fmu.checksum.startsWith(digits)) : [];
  if (byPrefix.length === 1) return byPrefix;
  const paths = all.map((fmu) => fmu.entry.path);
  const sidecars = await readSidecars(modal, volume, paths, signal);
  const described = all.map((fmu) => ({ ...fmu, sidecar: sidecars.get(fmu.entry.path) }));
  if (byPrefix.length > 1) return described.filter((fmu) => fmu.checksum.startsWith(digits));
  return described.filter((fmu) => isNamed(fmu.sidecar, asked));
}

function found(
  volume: VolumeInfo,
  entry: VolumeEntry,
  checksum: string,
  sidecar: Sidecar | undefined,
): FoundFmu {
  return { checksum, volumeName: volume.name, volume, entry, sidecar };
}

function isNamed(sidecar: Sidecar | undefined, asked: string): boolean {
  const name = bareName(asked);
  return (
    sidecar !== undefined && (bareName(sidecar.file_name) === name || bareName(sidecar.model_name) === name)
  );
}

function bareName(name: string): string {
  return name.toLowerCase().replace(/\.fmu$/, "");
}

function ambiguous(asked: string, volumeName: string, matches: readonly FoundFmu[]): ToolError {
  const shown = matches.slice(0, MOST_CANDIDATES).map(({ checksum, sidecar }) => {
    const facts =
      sidecar && `${sidecar.file_name}, model ${sidecar.model_name}, uploaded ${sidecar.uploaded_at}`;
    return facts === undefined ? checksum : `${checksum} (${facts})`;
  });
  const more = matches.length > shown.length ? ` and ${matches.length - shown.length} more` : "";
  return new ToolError(
    "invalid_argument",
    `Cannot tell which FMU "${asked}" means: ${matches.length} on volume "${volumeName}" match: ${shown.join("; ")}${more}`,
    "Give the whole `fmu_checksum` of the one you mean.",
  );
}

function missing(asked: string, volumeNames: readonly string[]): ToolError {
  const where = volumeNames.map((name) => `"${name}"`).join(", ");
  return new ToolError(
    "not_found",
    `Cannot find FMU "${asked}": no file on volume ${where} has that checksum, file name or model name`,
    "Call `list_volume` to see what is there, or upload the file with `upload_fmu`.",
  );
}
