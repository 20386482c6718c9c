import type { Platform } from "../fmi/platforms.ts";
import type { Modal } from "../modal/modal.ts";
import { type Operation, type Operations, type Waited, waitForOperation } from "../operations.ts";
import { type FmuUpload, type FmuUploadOutcome, uploadFmu } from "./upload-fmu.ts";

/** The endpoint to upload to. */
export interface UploadTarget {
  modal: Modal;
  platform: Platform;
  /** Names the token that uploads. */
  who(signal?: AbortSignal): Promise<string | undefined>;
}

/** An upload that may outlast the request that asks for it. */
export interface UploadRequest {
  /** Resolved path of a regular file on this computer. */
  path: string;
  volumeName: string;
  note: string | undefined;
  sidecar: boolean;
  validation: "strict" | "lenient";
  /** Answer after so long, ms, whether the upload is done or not. */
  answerWithinMs: number;
  signal: AbortSignal;
  onProgress(message: string, bytesSent: number, bytesTotal: number | undefined): void;
}

/** The notes that running uploads were started with. */
const notes = new WeakMap<Operation<FmuUploadOutcome>, string | undefined>();

/**
 * Uploads an FMU, or joins the upload of the same file to the same volume, whose note ours then replaces; hands back how far it
 * is when the time is up.
 */
export async function uploadWithin(
  operations: Operations,
  target: UploadTarget,
  request: UploadRequest,
): Promise<Waited<FmuUploadOutcome> & { bytesSent: number; bytesTotal: number | undefined }> {
  const { modal, platform } = target;
  const { path, volumeName, note, sidecar, validation, signal } = request;
  const upload = { path, volumeName, note, who: await target.who(signal), sidecar, validation, platform };
  const key = JSON.stringify(["upload", modal.url, modal.environment, volumeName, path, validation]);
  const first = operations.join(key, 0, (report, stop) =>
    uploadFmu(modal, {
      ...upload,
      onProgress: (sent, total) => report(`uploading to volume "${volumeName}"`, sent, total),
      signal: stop,
    }),
  );
  if (first.started) notes.set(first.operation, note);
  const isNoted = note === undefined || notes.get(first.operation) === note;
  const { operation, started } = isNoted ? first : noteAfter(operations, first.operation, modal, upload);
  const { progress } = first.operation;
  const waited = await waitForOperation(operation, {
    timeoutMs: request.answerWithinMs,
    signal,
    owned: started,
    onTick: () => request.onProgress(progress.message, progress.done, progress.total),
  });
  return { ...waited, bytesSent: progress.done, bytesTotal: progress.total };
}

/** The file is there then, so that nothing but its note is sent. */
function noteAfter(
  operations: Operations,
  { key, promise }: Operation<FmuUploadOutcome>,
  modal: Modal,
  upload: FmuUpload,
): { operation: Operation<FmuUploadOutcome>; started: boolean } {
  return operations.join(`${key} ${JSON.stringify(upload.note)}`, 0, async (_report, stop) => {
    const outcome = await promise;
    const { warnings } = await uploadFmu(modal, { ...upload, signal: stop });
    return { ...outcome, warnings };
  });
}
