import { createHash } from "node:crypto";
import type { ModalClient } from "modal";

/** Bytes of a v2 block. */
export const BLOCK = 8 * 1024 * 1024;

/** A volume of the given version, made by the SDK's raw client. */
export async function makeVolume(sdk: ModalClient, version: 1 | 2, deploymentName = "data"): Promise<string> {
  const request = { deploymentName, objectCreationType: 1, version };
  return (await sdk.cpClient.volumeGetOrCreate(request)).volumeId;
}

function stripped(block: Buffer): Buffer {
  let end = block.length;
  while (end > 0 && block[end - 1] === 0) end--;
  return block.subarray(0, end);
}

/** Uploads to a v2 volume in the two rounds that the Python client makes; returns how many blocks were sent. */
export async function uploadBlocks(
  sdk: ModalClient,
  volumeId: string,
  files: Record<string, Buffer>,
  disallowOverwriteExistingFiles = false,
): Promise<number> {
  const blocks = Object.values(files).map((bytes) =>
    Array.from({ length: Math.ceil(bytes.length / BLOCK) }, (_, index) =>
      stripped(bytes.subarray(index * BLOCK, (index + 1) * BLOCK)),
    ),
  );
  const request = {
    volumeId,
    disallowOverwriteExistingFiles,
    files: Object.entries(files).map(([path, bytes], index) => ({
      path,
      size: bytes.length,
      blocks: (blocks[index] ?? []).map((block) => ({
        contentsSha256: createHash("sha256").update(block).digest(),
        putResponse: undefined as Uint8Array | undefined,
      })),
    })),
  };
  const { missingBlocks } = await sdk.cpClient.volumePutFiles2(request);
  for (const { fileIndex, blockIndex, putUrl } of missingBlocks) {
    const body = blocks[fileIndex]?.[blockIndex] as Buffer<ArrayBuffer>;
    const response = await fetch(putUrl, { method: "PUT", body });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    const block = request.files[fileIndex]?.blocks[blockIndex];
    if (block !== undefined) block.putResponse = new Uint8Array(await response.arrayBuffer());
  }
  if (missingBlocks.length === 0) return 0;
  const second = await sdk.cpClient.volumePutFiles2(request);
  if (second.missingBlocks.length > 0) throw new Error("blocks are still missing");
  return missingBlocks.length;
}

/** Puts one file into a v1 volume with its content inline. */
export async function uploadWhole(
  sdk: ModalClient,
  volumeId: string,
  filename: string,
  data: Buffer,
  disallowOverwriteExistingFiles = false,
): Promise<void> {
  const sha256Hex = createHash("sha256").update(data).digest("hex");
  await sdk.cpClient.mountPutFile({ sha256Hex, data });
  const files = [{ filename, sha256Hex, size: data.length }];
  await sdk.cpClient.volumePutFiles({ volumeId, files, disallowOverwriteExistingFiles });
}

/** Reads a range of a file as clients do: by URLs, put together. */
export async function readRange(
  sdk: ModalClient,
  volumeId: string,
  path: string,
  start = 0,
  len = 0,
): Promise<{ bytes: Buffer; size: number; urls: number }> {
  const answer = await sdk.cpClient.volumeGetFile2({ volumeId, path, start, len });
  const parts: Buffer[] = [];
  for (const url of answer.getUrls) parts.push(Buffer.from(await (await fetch(url)).arrayBuffer()));
  return { bytes: Buffer.concat(parts), size: answer.size, urls: answer.getUrls.length };
}

/** Paths below a folder, in the server's order. */
export async function listPaths(
  sdk: ModalClient,
  volumeId: string,
  path = "",
  recursive = true,
): Promise<string[]> {
  const paths: string[] = [];
  for await (const batch of sdk.cpClient.volumeListFiles2({ volumeId, path, recursive })) {
    paths.push(...batch.entries.map((entry) => entry.path));
  }
  return paths;
}
