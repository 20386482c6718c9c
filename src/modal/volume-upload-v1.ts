import { setTimeout as delay } from "node:timers/promises";
import { ToolError } from "../errors.ts";
import { uploadBlob } from "./blobs.ts";
import { request } from "./request.ts";
import { hashSource } from "./upload-source.ts";
import { FILE_MODE, type UploadJob } from "./volume-upload.ts";

/** From this size on, contents go through a blob (modal-client, py/modal/_utils/blob_utils.py). */
const LARGE_FILE_BYTES = 4 * 1024 * 1024;
const FIRST_POLL_MS = 100;
const MAX_POLL_MS = 5_000;
const MAX_DIGESTION_MS = 600_000;
const PUT_TIMEOUT_MS = 60_000;

/**
 * Uploads to a version 1 volume: the contents by their hash if the server lacks them, then the file's name.
 * Returns the sha256 of the whole file (hex) and the bytes sent.
 */
export async function uploadToV1(job: UploadJob): Promise<{ sha256: string; bytesSent: number }> {
  const digests = await hashSource(job.source, job.signal);
  const sha256Hex = digests.sha256Hex;
  const alreadyThere = await putContents(job, { sha256Hex });
  if (alreadyThere) job.addBytes(job.source.size);
  else await sendContents(job, digests);
  await job.source.assertUnchanged();
  await request(
    job.connection,
    job.what,
    (controlPlane, rpc) =>
      controlPlane.volumePutFiles(
        {
          volumeId: job.volume.id,
          files: [{ filename: job.path, sha256Hex, size: job.source.size, mode: FILE_MODE }],
          disallowOverwriteExistingFiles: !job.overwrite,
        },
        rpc,
      ),
    { signal: job.signal, timeoutMs: PUT_TIMEOUT_MS },
  );
  return { sha256: sha256Hex, bytesSent: alreadyThere ? 0 : job.source.size };
}

async function sendContents(job: UploadJob, digests: Awaited<ReturnType<typeof hashSource>>): Promise<void> {
  const sha256Hex = digests.sha256Hex;
  const { source, what, signal } = job;
  if (source.size < LARGE_FILE_BYTES) {
    const data = await source.read(0, source.size);
    await putUntilThere(job, { sha256Hex, data });
    job.addBytes(source.size);
    return;
  }
  const dataBlobId = await uploadBlob(job.connection, source, {
    what,
    signal,
    digests,
    onBytes: job.addBytes,
  });
  await putUntilThere(job, { sha256Hex, dataBlobId });
}

/** The server may still be digesting the contents when it answers that they do not exist. */
async function putUntilThere(job: UploadJob, contents: Contents): Promise<void> {
  const deadline = performance.now() + MAX_DIGESTION_MS;
  for (
    let pauseMs = FIRST_POLL_MS;
    performance.now() < deadline;
    pauseMs = Math.min(pauseMs * 2, MAX_POLL_MS)
  ) {
    if (await putContents(job, contents)) return;
    await delay(pauseMs, undefined, { signal: job.signal });
  }
  throw new ToolError(
    "deadline_exceeded",
    `Cannot ${job.what}: the server has not taken in its contents within ${MAX_DIGESTION_MS / 60_000} minutes`,
    "Call again; contents that arrived are not sent twice.",
  );
}

interface Contents {
  sha256Hex: string;
  data?: Uint8Array;
  dataBlobId?: string;
}

async function putContents(job: UploadJob, contents: Contents): Promise<boolean> {
  const reply = await request(
    job.connection,
    job.what,
    (controlPlane, rpc) => controlPlane.mountPutFile(contents, rpc),
    { signal: job.signal, timeoutMs: PUT_TIMEOUT_MS },
  );
  return reply.exists;
}
