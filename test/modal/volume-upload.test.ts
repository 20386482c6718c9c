import { createHash, randomBytes } from "node:crypto";
import { utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { VolumeInfo } from "../../src/modal/modal.ts";
import { openUploadSource } from "../../src/modal/upload-source.ts";
import { BLOCK_BYTES, uploadToV2 } from "../../src/modal/volume-upload.ts";
import { fakeConnection, serveHttp } from "../support/fake-connection.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const volume: VolumeInfo = { id: "vo-1", name: "fmus", version: 2, createdAt: undefined };

interface PutFiles {
  files: { blocks: { contentsSha256: Uint8Array; putResponse?: Uint8Array }[] }[];
}

/** A server that lacks every block until it has a receipt for it; `forgetful` lacks them still. */
async function startUpload(
  from: Uint8Array | { file: string },
  options: { forgetful?: boolean; failures?: number; onPut?: () => Promise<void> } = {},
) {
  const rounds: PutFiles[] = [];
  const paths: string[] = [];
  const bodies: Buffer[] = [];
  let failures = options.failures ?? 0;
  const url = await serveHttp(async (request, response) => {
    paths.push(request.url ?? "");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    bodies.push(Buffer.concat(chunks));
    await options.onPut?.();
    if (failures-- > 0) response.writeHead(500).end();
    else response.end(`receipt ${request.url}`);
  });
  const { connection } = fakeConnection({
    volumePutFiles2: async (request: PutFiles) => {
      rounds.push(request);
      const blocks = request.files[0]?.blocks ?? [];
      const missing = [...blocks.keys()].filter(
        (index) => options.forgetful || blocks[index]?.putResponse === undefined,
      );
      const missingBlocks = missing.map((blockIndex) => ({
        fileIndex: 0,
        blockIndex,
        putUrl: `${url}/${blockIndex}`,
      }));
      return { missingBlocks };
    },
  });
  let inPlace = 0;
  const job = {
    connection,
    volume,
    path: "a",
    source: await openUploadSource(from instanceof Uint8Array ? { bytes: from } : from),
    overwrite: true,
    what: "upload a",
    signal: new AbortController().signal,
    addBytes: (count: number) => {
      inPlace += count;
    },
  };
  return { outcome: uploadToV2(job), rounds, paths, bodies, inPlace: () => inPlace };
}

test("uploadToV2 sends blocks and hands their receipts back by hash, each distinct block once", async () => {
  const block = randomBytes(BLOCK_BYTES);
  const bytes = Buffer.concat([block, block, Buffer.from("end")]);
  const { outcome, rounds, paths, inPlace } = await startUpload(bytes);
  await outcome;
  expect(paths.sort()).toEqual(["/0", "/2"]);
  const receipts = rounds[1]?.files[0]?.blocks.map(({ putResponse }) =>
    Buffer.from(putResponse ?? []).toString(),
  );
  expect(receipts).toEqual(["receipt /0", "receipt /0", "receipt /2"]);
  expect(inPlace()).toBe(bytes.length);
});

test("uploadToV2 sends a block again after a failure of the server", async () => {
  const { outcome, paths, inPlace } = await startUpload(Buffer.from("abc"), { failures: 2 });
  expect(await outcome).toMatchObject({ bytesSent: 3 });
  expect(paths).toEqual(["/0", "/0", "/0"]);
  expect(inPlace()).toBe(3);
});

test("uploadToV2 hashes and sends a block without its trailing zeros", async () => {
  const bytes = Buffer.alloc(BLOCK_BYTES + 5);
  bytes.write("ab\0c", 0);
  const { outcome, rounds, bodies, inPlace } = await startUpload(bytes);
  expect(await outcome).toMatchObject({ bytesSent: 4 });
  expect(bodies.map((body) => body.toString()).sort()).toEqual(["", "ab\0c"]);
  const hashes = rounds[0]?.files[0]?.blocks.map((block) =>
    Buffer.from(block.contentsSha256).toString("hex"),
  );
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  expect(hashes).toEqual([sha256("ab\0c"), sha256("")]);
  expect(inPlace()).toBe(bytes.length);
});

test("uploadToV2 does not commit a file that was written to meanwhile", async () => {
  const file = join(await temporaryFolder(), "a");
  await writeFile(file, "before");
  const onPut = async () => {
    await writeFile(file, "after!");
    await utimes(file, 1, 1);
  };
  const { outcome, rounds } = await startUpload({ file }, { onPut });
  await expect(outcome).rejects.toMatchObject({ code: "aborted" });
  expect(rounds).toHaveLength(1);
});

test("uploadToV2 does not go on for ever with a server that forgets its blocks", async () => {
  const { outcome, rounds } = await startUpload(Buffer.from("abc"), { forgetful: true });
  await expect(outcome).rejects.toMatchObject({ code: "aborted" });
  expect(rounds).toHaveLength(2);
});
