import type { Platform } from "../fmi/platforms.ts";
import type { Modal } from "../modal/modal.ts";
import { type Operations, type Waited, waitForOperation } from "../operations.ts";
import { type FmuUploadOutcome, uploadFmu } from "./upload-fmu.ts";

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

/** Uploads an FMU, or joins the upload of the same file to the same volume; hands back how far it is when the time is up. */
export async function uploadWithin(
  operations: Operations,
  target: UploadTarget,
  request: UploadRequest,
): Promise<Waited<FmuUploadOutcome> & { bytesSent: number; bytesTotal: number | undefined }> {
  const { modal, platform } = target;
  const { path, volumeName, note, sidecar, validation, signal } = request;
  const who = await target.who(signal);
  const key = JSON.stringify(["upload", modal.url, modal.environment, volumeName, path, validation]);
  const { operation, started } = operations.join(key, 0, (report, stop) =>
    uploadFmu(modal, {
      path,
      volumeName,
      note,
      who,
      sidecar,
      validation,
      platform,
      onProgress: (sent, total) => report(`uploading to volume "${volumeName}"`, sent, total),
      signal: stop,
    }),
  );
  const { progress } = operation;
  const waited = await waitForOperation(operation, {
    timeoutMs: request.answerWithinMs,
    signal,
    owned: started,
    onTick: () => request.onProgress(progress.message, progress.done, progress.total),
  });
  return { ...waited, bytesSent: progress.done, bytesTotal: progress.total };
}
