import { basename } from "node:path";
import { ToolError } from "../errors.ts";
import { type ByteSource, openFileSource } from "../fmi/archive/byte-source.ts";
import type { ModelDescription } from "../fmi/description/model-description.ts";
import { openFmu } from "../fmi/fmu.ts";
import { findRunWarnings } from "../fmi/fmu-warnings.ts";
import type { Modal, VolumeInfo } from "../modal/modal.ts";
import type { Operations } from "../operations.ts";
import { checksumOfFile } from "./file-checksum.ts";
import { resolveFmu } from "./find-fmu.ts";
import { type FmuVolumes, volumesToSearch, volumeToWrite } from "./fmu-volumes.ts";
import { type LocalFolders, resolveLocalFile } from "./local-path.ts";
import { openRemoteSource } from "./remote-source.ts";
import { readSidecars } from "./sidecars.ts";
import { type UploadTarget, uploadWithin } from "./upload-operation.ts";

/** An FMU on a volume, ready to be run. */
export interface ReadyFmu {
  checksum: string;
  volumeName: string;
  fileName: string | undefined;
  description: ModelDescription;
  /** What bears on a run on this endpoint. */
  warnings: string[];
  /** Whether it is still where it was found before; given where that was taken for granted. */
  recheck?: (() => Promise<boolean>) | undefined;
}

/** How a caller names an FMU: what is on a volume already, or a local file to upload first. */
export type FmuSubject = { checksum: string } | { path: string };

/** What finding an FMU needs to know. */
export interface FindOptions {
  operations: Operations;
  settings: FmuVolumes & LocalFolders & { sidecar: boolean };
  useTestVolume: boolean | undefined;
  /** Reads a local file where it is, and uploads nothing. */
  readOnly?: boolean | undefined;
  /** Takes an FMU that was found before as still there, and leaves the look to the caller: see {@link ReadyFmu.recheck}. */
  trustsEarlier?: boolean | undefined;
  answerWithinMs: number;
  signal: AbortSignal;
  onProgress(message: string, done: number, total: number | undefined): void;
}

/** Finds the FMU on a volume, uploading it first where a path is given, and reads its model description. */
export async function findOrUpload(
  target: UploadTarget,
  subject: FmuSubject,
  options: FindOptions,
): Promise<ReadyFmu> {
  if (!("path" in subject)) return findOnVolume(target, subject.checksum, options);
  return options.readOnly
    ? readLocal(target, subject.path, options)
    : uploadFirst(target, subject.path, options);
}

async function readLocal(target: UploadTarget, asked: string, options: FindOptions): Promise<ReadyFmu> {
  const { settings } = options;
  const path = await resolveLocalFile(asked, settings);
  const useTest = options.useTestVolume ?? settings.useTestVolume.fmi;
  const read = await readDescription(await openFileSource(path), basename(path), target);
  return {
    ...read,
    checksum: await checksumOfFile(path),
    volumeName: useTest ? settings.volumes.fmiTest : settings.volumes.fmi,
    fileName: basename(path),
  };
}

async function uploadFirst(target: UploadTarget, asked: string, options: FindOptions): Promise<ReadyFmu> {
  const { settings, signal, answerWithinMs } = options;
  const path = await resolveLocalFile(asked, settings);
  const volumeName = volumeToWrite(settings, options.useTestVolume ?? settings.useTestVolume.fmi);
  const uploaded = await uploadWithin(options.operations, target, {
    path,
    volumeName,
    note: undefined,
    sidecar: settings.sidecar,
    validation: "lenient",
    answerWithinMs,
    signal,
    onProgress: options.onProgress,
  });
  if (!uploaded.done) throw stillUploading(path, uploaded.bytesSent, uploaded.bytesTotal);
  const read = await readDescription(await openFileSource(path), basename(path), target);
  const created = uploaded.value.created ? [`Volume "${volumeName}" was created`] : [];
  return {
    ...read,
    checksum: uploaded.value.checksum,
    volumeName,
    fileName: basename(path),
    warnings: [...created, ...read.warnings],
  };
}

async function findOnVolume(target: UploadTarget, asked: string, options: FindOptions): Promise<ReadyFmu> {
  const { signal } = options;
  const { modal } = target;
  const volumeNames = volumesToSearch(options.settings, options.useTestVolume);
  const again = findAgain(modal, volumeNames, asked, signal);
  if (again !== undefined) {
    if (options.trustsEarlier) return again;
    if (await again.recheck()) return { ...again, recheck: undefined };
    // It is gone from there: it must be found before it is taken for granted again.
    descriptions.get(modal)?.delete(asked);
  }
  const found = await resolveFmu(modal, volumeNames, asked, signal);
  const { volume, entry, checksum, volumeName } = found;
  const known = descriptions.get(modal)?.get(checksum);
  if (known !== undefined) return keepDescription(modal, { ...known, checksum, volumeName }, volume);
  const sidecars = found.sidecar ? undefined : await readSidecars(modal, volume, [entry.path], signal);
  const fileName = (found.sidecar ?? sidecars?.get(entry.path))?.file_name || undefined;
  const source = openRemoteSource(modal, volume, entry, signal);
  const read = await readDescription(source, fileName ?? `${checksum.slice(0, 12)}.fmu`, target);
  return keepDescription(modal, { ...read, checksum, volumeName, fileName }, volume);
}

/** An FMU that was found before, and the volume that had it. */
type KnownFmu = ReadyFmu & { volume: VolumeInfo };

const MOST_DESCRIPTIONS = 8;
const MOST_VARIABLES_KEPT = 20_000;

/** Read before, by checksum: the bytes of a checksum never change, and the runner compares it before it runs them. */
const descriptions = new WeakMap<Modal, Map<string, KnownFmu>>();

function keepDescription(modal: Modal, fmu: ReadyFmu, volume: VolumeInfo): ReadyFmu {
  if (fmu.description.variables.length > MOST_VARIABLES_KEPT) return fmu;
  const kept = descriptions.get(modal) ?? new Map<string, KnownFmu>();
  descriptions.set(modal, kept);
  kept.set(fmu.checksum, { ...fmu, volume });
  const [oldest] = kept.keys();
  if (kept.size > MOST_DESCRIPTIONS && oldest !== undefined) kept.delete(oldest);
  return fmu;
}

/**
 * An FMU that was found before on the volume to be searched first. Whether that volume, known by its id, still has it is one
 * request, where finding it is two.
 */
function findAgain(modal: Modal, [first]: readonly string[], asked: string, signal: AbortSignal) {
  const known = descriptions.get(modal)?.get(asked);
  if (known === undefined || known.volumeName !== first) return undefined;
  const { volume, ...fmu } = known;
  return { ...fmu, recheck: () => modal.volumes.hasFile(volume, `/${fmu.checksum}.fmu`, signal) };
}

async function readDescription(source: ByteSource, name: string, { platform }: UploadTarget) {
  const fmu = await openFmu(source, name);
  try {
    return { description: fmu.description, warnings: [...findRunWarnings(fmu, platform)] };
  } finally {
    await fmu.close();
  }
}

function stillUploading(path: string, sent: number, total: number | undefined): ToolError {
  const share = total === undefined ? `${sent} bytes` : `${sent} of ${total} bytes`;
  return new ToolError(
    "unavailable",
    `Cannot start the run yet: ${basename(path)} is still being uploaded (${share} sent)`,
    "Call `run_fmi_simulation` again with the same arguments: it joins the upload.",
  );
}
