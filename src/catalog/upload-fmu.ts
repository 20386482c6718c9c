import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { ToolError, toError } from "../errors.ts";
import { openFileSource } from "../fmi/archive/byte-source.ts";
import { findLayeredStandards } from "../fmi/description/layered-standards.ts";
import { type FmuSummary, summarizeFmu } from "../fmi/description/summarize-fmu.ts";
import { type Fmu, openFmu } from "../fmi/fmu.ts";
import type { Platform } from "../fmi/platforms.ts";
import type { Finding } from "../fmi/validate/finding.ts";
import { checkFmu } from "../fmi/validate/validate-fmu.ts";
import type { Modal, UploadProgress, VolumeInfo } from "../modal/modal.ts";
import { writeSidecar } from "./sidecars.ts";

/** One FMU to put on a volume. */
export interface FmuUpload {
  /** Of a regular file on this computer. */
  path: string;
  volumeName: string;
  note: string | undefined;
  /** Name of the token, for the sidecar. */
  who: string | undefined;
  /** Whether to write a sidecar. */
  sidecar: boolean;
  /** Where the FMU is to run: decides on the warnings. */
  platform: Platform;
  /** "strict" refuses an FMU that breaks the standard; "lenient" tells and goes on. */
  validation: "strict" | "lenient";
  onProgress?: UploadProgress | undefined;
  signal?: AbortSignal | undefined;
}

/** What became of an {@link FmuUpload}. */
export interface FmuUploadOutcome {
  /** sha256 of the file, lower case hex. */
  checksum: string;
  /** False where the file was there already. */
  uploaded: boolean;
  bytesSent: number;
  volume: VolumeInfo;
  /** Whether the volume was created for it. */
  created: boolean;
  /** `/<sha256>.fmu` */
  remotePath: string;
  /** Bytes. */
  size: number;
  fmu: Omit<FmuSummary, "warnings"> & { layered_standards: string[] };
  warnings: string[];
  /** What the model description does not keep of the standard, with its line there. */
  findings: Finding[];
}

/**
 * Checks an FMU and stores it on a volume as `/<sha256>.fmu`, creating the volume if missing. A file of that name and
 * size is left as it is, without a byte sent; one of another size (half written) is replaced. Throws `invalid_fmu` for
 * what is no FMU, `aborted` for a file that changes meanwhile, and what the endpoint throws.
 */
export async function uploadFmu(modal: Modal, upload: FmuUpload): Promise<FmuUploadOutcome> {
  const { path, signal } = upload;
  const name = basename(path);
  const fmu = await openFmu(await openFileSource(path), name);
  try {
    const findings = checkFmu(fmu, upload.validation);
    const { warnings, ...summary } = summarizeFmu(fmu, upload.platform);
    const facts = { ...summary, layered_standards: await nameLayeredStandards(fmu) };
    const { checksum, size } = await hashFile(path, signal);
    const { created, ...volume } = await modal.volumes.ensure(upload.volumeName, signal);
    const remotePath = `/${checksum}.fmu`;
    const present = created ? undefined : await modal.volumes.findFile(volume, remotePath, signal);
    const outcome = {
      checksum,
      volume,
      created,
      remotePath,
      size,
      fmu: facts,
      warnings: [...warnings],
      findings,
    };
    if (present?.size === size) {
      // A new note on an FMU that is there replaces the old one.
      if (upload.sidecar && upload.note !== undefined)
        outcome.warnings.push(...(await describeUpload(modal, volume, outcome, fmu, upload)));
      return { ...outcome, uploaded: false, bytesSent: 0 };
    }
    const bytesSent = await send(modal, volume, remotePath, checksum, upload);
    if (upload.sidecar) outcome.warnings.push(...(await describeUpload(modal, volume, outcome, fmu, upload)));
    return { ...outcome, uploaded: true, bytesSent };
  } finally {
    await fmu.close();
  }
}

async function nameLayeredStandards({ archive }: Fmu): Promise<string[]> {
  const standards = await findLayeredStandards(archive);
  return standards.map(({ name, version }) => (version === undefined ? name : `${name} ${version}`));
}

async function hashFile(path: string, signal?: AbortSignal): Promise<{ checksum: string; size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    if (signal?.aborted)
      throw new ToolError("cancelled", `Stopped uploading ${basename(path)}`, "Call `upload_fmu` again.");
    hash.update(chunk);
    size += chunk.length;
  }
  return { checksum: hash.digest("hex"), size };
}

/** The bytes that went out must be those that the name promises: a file exchanged in between is taken back. */
async function send(
  modal: Modal,
  volume: VolumeInfo,
  remotePath: string,
  checksum: string,
  { path, onProgress, signal }: FmuUpload,
): Promise<number> {
  const options = { overwrite: true, onProgress, signal };
  const { sha256, bytesSent } = await modal.volumes.upload(volume, remotePath, { file: path }, options);
  if (sha256 === checksum) return bytesSent;
  await modal.volumes.remove(volume, remotePath, { recursive: false, signal });
  throw new ToolError(
    "aborted",
    `Cannot upload ${basename(path)}: the file changed while it was being uploaded`,
    "Call `upload_fmu` again once nothing writes to the file any more.",
  );
}

/** Writes the sidecar; returns the warnings where that failed, for the FMU itself is in place. */
async function describeUpload(
  modal: Modal,
  volume: VolumeInfo,
  { checksum, size }: { checksum: string; size: number },
  { name, description }: Fmu,
  { note, who, signal }: FmuUpload,
): Promise<string[]> {
  const sidecar = {
    file_name: name,
    model_name: description.modelName,
    fmi_version: description.fmiVersion,
    generation_tool: description.generationTool ?? null,
    size,
    uploaded_at: new Date().toISOString(),
    uploaded_by: who ?? null,
    note: note ?? null,
  };
  try {
    await writeSidecar(modal, volume, checksum, sidecar, signal);
    return [];
  } catch (thrown) {
    return [`The FMU is uploaded, but its description for list_volume is not: ${toError(thrown).message}`];
  }
}
