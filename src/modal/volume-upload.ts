import { createHash } from "node:crypto";
import { ToolError } from "../errors.ts";
import type { ControlPlane } from "./connect.ts";
import { sendBody } from "./http-transfer.ts";
import type { VolumeInfo } from "./modal.ts";
import { type Connection, request } from "./request.ts";
import type { UploadSource } from "./upload-source.ts";

/** One upload under way: what the protocols of both volume versions work on. */
export interface UploadJob {
  connection: Connection;
  volume: VolumeInfo;
  /** Without a leading slash. */
  path: string;
  source: UploadSource;
  overwrite: boolean;
  /** Completes "Cannot …". */
  what: string;
  signal: AbortSignal;
  /** Adds to (or takes back from) the bytes that are in place. */
  addBytes: (bytes: number) => void;
}

type PutFilesRequest = Parameters<ControlPlane["volumePutFiles2"]>[0];
type MissingBlock = Awaited<ReturnType<ControlPlane["volumePutFiles2"]>>["missingBlocks"][number];

interface Block {
  start: number;
  /** Bytes without trailing zeros: what is hashed and sent. */
  length: number;
  sha256: Buffer;
}

/** Bytes per block of a version 2 volume (modal-client, py/modal/_utils/blob_utils.py). */
export const BLOCK_BYTES = 8 * 1024 * 1024;
/** Unix permission bits of an uploaded file. */
export const FILE_MODE = 0o644;
const PARALLEL_PUTS = 4;
/** Committing a file of many blocks takes the server a while. */
const COMMIT_TIMEOUT_MS = 60_000;

/**
 * Uploads to a version 2 volume: offer the block hashes, send the blocks the server lacks, commit with its receipts.
 * Returns the sha256 of the whole file (hex) and the bytes sent. The file appears whole or not at all.
 */
export async function uploadToV2(job: UploadJob): Promise<{ sha256: string; bytesSent: number }> {
  const { blocks, sha256 } = await hashBlocks(job.source, job.signal);
  const missing = await putFiles(job, blocks, new Map());
  const missingBytes = missing.reduce((sum, { blockIndex }) => sum + blockAt(blocks, blockIndex).length, 0);
  job.addBytes(job.source.size - missingBytes);
  const receipts = await sendBlocks(job, blocks, missing);
  await job.source.assertUnchanged();
  if (missing.length > 0) {
    const stillMissing = await putFiles(job, blocks, receipts);
    if (stillMissing.length > 0)
      throw new ToolError(
        "aborted",
        `Cannot ${job.what}: the server still lacks ${stillMissing.length} of its blocks after they were sent`,
        "Call again; blocks that arrived are not sent twice.",
      );
  }
  return { sha256, bytesSent: missingBytes };
}

async function hashBlocks(source: UploadSource, signal: AbortSignal) {
  const whole = createHash("sha256");
  const blocks: Block[] = [];
  for (let start = 0; start < source.size; start += BLOCK_BYTES) {
    signal.throwIfAborted();
    const bytes = await source.read(start, Math.min(BLOCK_BYTES, source.size - start));
    whole.update(bytes);
    const length = lengthWithoutTrailingZeros(bytes);
    const sha256 = createHash("sha256").update(bytes.subarray(0, length)).digest();
    blocks.push({ start, length, sha256 });
  }
  return { blocks, sha256: whole.digest("hex") };
}

function lengthWithoutTrailingZeros(bytes: Uint8Array): number {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length--;
  return length;
}

async function putFiles(
  job: UploadJob,
  blocks: readonly Block[],
  receipts: ReadonlyMap<string, Buffer>,
): Promise<MissingBlock[]> {
  const message: PutFilesRequest = {
    volumeId: job.volume.id,
    files: [
      {
        path: job.path,
        size: job.source.size,
        mode: FILE_MODE,
        blocks: blocks.map(({ sha256 }) => {
          const putResponse = receipts.get(sha256.toString("hex"));
          return putResponse === undefined
            ? { contentsSha256: sha256 }
            : { contentsSha256: sha256, putResponse };
        }),
      },
    ],
    disallowOverwriteExistingFiles: !job.overwrite,
  };
  const reply = await request(
    job.connection,
    job.what,
    (controlPlane, rpc) => controlPlane.volumePutFiles2(message, rpc),
    { signal: job.signal, timeoutMs: COMMIT_TIMEOUT_MS },
  );
  return reply.missingBlocks;
}

/** Sends each distinct missing block once; the answers are the receipts, by the block's hash. */
async function sendBlocks(
  job: UploadJob,
  blocks: readonly Block[],
  missing: readonly MissingBlock[],
): Promise<Map<string, Buffer>> {
  const receipts = new Map<string, Buffer>();
  const claimed = new Set<string>();
  const failing = new AbortController();
  const signal = AbortSignal.any([job.signal, failing.signal]);
  const queue = missing.values();
  const work = async () => {
    for (const { blockIndex, putUrl } of queue) {
      const { start, length, sha256 } = blockAt(blocks, blockIndex);
      const key = sha256.toString("hex");
      if (claimed.has(key)) {
        job.addBytes(length);
        continue;
      }
      claimed.add(key);
      const body = { length, open: () => job.source.openRange(start, length) };
      const reply = await sendBody("PUT", putUrl, body, { what: job.what, signal, onBytes: job.addBytes });
      receipts.set(key, reply.body);
    }
  };
  const workers = Array.from({ length: PARALLEL_PUTS }, () =>
    work().catch((thrown: unknown) => {
      failing.abort(thrown);
      throw thrown;
    }),
  );
  const failed = (await Promise.allSettled(workers)).find((result) => result.status === "rejected");
  if (failed !== undefined) throw failing.signal.reason;
  return receipts;
}

function blockAt(blocks: readonly Block[], index: number): Block {
  const block = blocks[index];
  if (block === undefined) throw new RangeError(`the server asks for block ${index} of ${blocks.length}`);
  return block;
}
