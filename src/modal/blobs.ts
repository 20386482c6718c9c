import { Readable } from "node:stream";
import { ToolError } from "../errors.ts";
import type { ControlPlane } from "./connect.ts";
import { fetchBody, sendBody } from "./http-transfer.ts";
import { type Connection, joinSignals, request } from "./request.ts";
import { hashSource, type UploadSource } from "./upload-source.ts";

type BlobCreateReply = Awaited<ReturnType<ControlPlane["blobCreate"]>>;
type Digests = Awaited<ReturnType<typeof hashSource>>;

interface BlobOptions {
  /** Completes "Cannot …". */
  what: string;
  signal?: AbortSignal | undefined;
  onBytes?: ((bytes: number) => void) | undefined;
  /** Where the caller has them already. */
  digests?: Digests | undefined;
}

/** Stores bytes as a blob, in one piece or in the parts the server asks for, and returns its id. */
export async function uploadBlob(
  connection: Connection,
  source: UploadSource,
  options: BlobOptions,
): Promise<string> {
  const signal = joinSignals(connection, options.signal);
  const digests = options.digests ?? (await hashSource(source, signal));
  const reply = await request(
    connection,
    options.what,
    (controlPlane, rpc) =>
      controlPlane.blobCreate(
        {
          contentMd5: digests.md5Base64,
          contentSha256Base64: digests.sha256Base64,
          contentLength: source.size,
        },
        rpc,
      ),
    { signal },
  );
  const multipart = reply.multipart ?? reply.multiparts?.items[0];
  const transfer = { what: options.what, signal, onBytes: options.onBytes };
  if (multipart !== undefined) await sendParts(multipart, source, transfer);
  else
    await sendBody(
      "PUT",
      singleUrl(reply, options.what),
      { length: source.size, open: () => source.openRange(0, source.size) },
      {
        ...transfer,
        headers: { "content-type": "application/octet-stream", "content-md5": digests.md5Base64 },
      },
    );
  return reply.blobId || (reply.blobIds[0] ?? "");
}

/** Fetches a whole blob into memory. */
export async function downloadBlob(
  connection: Connection,
  blobId: string,
  what: string,
  signal?: AbortSignal,
): Promise<Buffer> {
  const { downloadUrl } = await request(
    connection,
    what,
    (controlPlane, rpc) => controlPlane.blobGet({ blobId }, rpc),
    { signal },
  );
  let chunks: Buffer[] = [];
  await fetchBody(downloadUrl, {
    what,
    signal: joinSignals(connection, signal),
    onChunk: (chunk) => void chunks.push(chunk),
    onRestart: () => {
      chunks = [];
    },
  });
  return Buffer.concat(chunks);
}

/** S3's multipart upload: every part by a URL of its own, then the list of their ETags. */
async function sendParts(
  multipart: NonNullable<BlobCreateReply["multipart"]>,
  source: UploadSource,
  transfer: { what: string; signal: AbortSignal; onBytes: ((bytes: number) => void) | undefined },
): Promise<void> {
  const parts: string[] = [];
  for (const [index, url] of multipart.uploadUrls.entries()) {
    const start = index * multipart.partLength;
    const length = Math.min(multipart.partLength, source.size - start);
    const body = { length, open: () => source.openRange(start, length) };
    const { etag } = await sendBody("PUT", url, body, transfer);
    parts.push(`<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag ?? ""}</ETag></Part>`);
  }
  const xml = Buffer.from(`<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`);
  const reply = await sendBody(
    "POST",
    multipart.completionUrl,
    { length: xml.length, open: () => Readable.from([xml], { objectMode: false }) },
    { what: transfer.what, signal: transfer.signal },
  );
  // S3 may answer 200 and report the failure in the body.
  if (reply.body.includes("<Error>"))
    throw new ToolError(
      "data_loss",
      `Cannot ${transfer.what}: the store refused to join the parts`,
      "Call again.",
      {
        detail: reply.body.toString("utf8").slice(0, 2_000),
      },
    );
}

function singleUrl(reply: BlobCreateReply, what: string): string {
  const url = reply.uploadUrl ?? reply.uploadUrls?.items[0];
  if (url !== undefined) return url;
  throw new ToolError(
    "internal",
    `Cannot ${what}: the server gave no place to upload to`,
    "Call `diagnose`.",
  );
}
