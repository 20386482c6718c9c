import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { VolumeInfo } from "../../src/modal/modal.ts";
import { downloadFile, readRange } from "../../src/modal/volume-read.ts";
import { fakeConnection, grpcError, serveHttp } from "../support/fake-connection.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const MIB = 1024 * 1024;
const volume: VolumeInfo = { id: "vo-1", name: "fmus", version: 2, createdAt: undefined };

test("readRange puts back the trailing zeros that a server leaves out of a block", async () => {
  const blocks: Record<string, string> = { "/0": "head", "/1": "", "/2": "tail" };
  const url = await serveHttp((request, response) => response.end(blocks[request.url ?? ""]));
  const size = 16 * MIB + 10;
  const getUrls = [`${url}/0`, `${url}/1`, `${url}/2`];
  const { connection } = fakeConnection({
    volumeGetFile2: async () => ({ getUrls, size, start: 0, len: size }),
  });
  const { bytes } = await readRange(connection, volume, "a", { start: 0, length: 0 });
  const expected = Buffer.alloc(size);
  expected.write("head", 0);
  expected.write("tail", 16 * MIB);
  expect(Buffer.compare(bytes, expected)).toBe(0);
});

test("downloadFile writes the zeros that a server leaves out at the end", async () => {
  const url = await serveHttp((_, response) => response.end("head"));
  const reply = { getUrls: [`${url}/0`], size: 100_000, start: 0, len: 100_000 };
  const { connection } = fakeConnection({ volumeGetFile2: async () => reply });
  const target = join(await temporaryFolder(), "a");
  await downloadFile(connection, volume, "a", target);
  const expected = Buffer.alloc(100_000);
  expected.write("head");
  expect(Buffer.compare(await readFile(target), expected)).toBe(0);
});

test("readRange reports bytes that are missing and cannot be told from zeros", async () => {
  const url = await serveHttp((_, response) => response.end("ab"));
  const reply = { getUrls: [`${url}/0`, `${url}/1`], size: 10, start: 0, len: 10 };
  const { connection } = fakeConnection({ volumeGetFile2: async () => reply });
  const reading = readRange(connection, volume, "a", { start: 0, length: 0 });
  await expect(reading).rejects.toMatchObject({
    code: "data_loss",
    message: expect.stringContaining("4 of 10 bytes"),
  });
});

test("readRange names the path that is not there", async () => {
  const { connection } = fakeConnection({
    volumeGetFile2: async () => {
      throw grpcError(5);
    },
  });
  const reading = readRange(connection, volume, "gone.fmu", { start: 0, length: 0 });
  await expect(reading).rejects.toMatchObject({
    code: "not_found",
    message: 'Cannot find gone.fmu in volume "fmus": there is no such file or folder',
  });
});
