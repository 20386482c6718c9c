import { createHash, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { collect, openBoth } from "../support.ts";
import { BLOCK, listPaths, makeVolume, readRange, uploadBlocks, uploadWhole } from "../upload.ts";

const text = (value: string): Buffer => Buffer.from(value);

test("VolumePutFiles2: a file of several blocks comes back whole, and known blocks are not asked for again", async () => {
  const { sdk } = await openBoth();
  const volumeId = await makeVolume(sdk, 2);
  const bytes = randomBytes(2 * BLOCK + 12345);
  expect(await uploadBlocks(sdk, volumeId, { "a/model.fmu": bytes })).toBe(3);
  expect(await uploadBlocks(sdk, volumeId, { "/b.fmu": bytes })).toBe(0);
  for (const path of ["a/model.fmu", "/b.fmu"]) {
    const whole = await readRange(sdk, volumeId, path);
    expect(whole.bytes.equals(bytes)).toBe(true);
    expect(whole).toMatchObject({ size: bytes.length, urls: 3 });
  }
});

test("VolumeGetFile2: ranges across block borders, past the end, and of nothing", async () => {
  const { sdk } = await openBoth();
  const volumeId = await makeVolume(sdk, 2);
  const bytes = randomBytes(BLOCK + 1000);
  await uploadBlocks(sdk, volumeId, { f: bytes });
  const across = await readRange(sdk, volumeId, "f", BLOCK - 10, 20);
  expect(across.bytes.equals(bytes.subarray(BLOCK - 10, BLOCK + 10))).toBe(true);
  expect(across.urls).toBe(2);
  expect((await readRange(sdk, volumeId, "f", 5, 1)).bytes).toEqual(bytes.subarray(5, 6));
  expect((await readRange(sdk, volumeId, "f", BLOCK + 990, 500)).bytes).toEqual(bytes.subarray(BLOCK + 990));
  expect(await readRange(sdk, volumeId, "f", 2 * BLOCK)).toMatchObject({ urls: 0, size: bytes.length });
});

test("VolumePutFiles2: trailing zeros are stripped on the way in and there again on the way out", async () => {
  const { sdk } = await openBoth();
  const volumeId = await makeVolume(sdk, 2);
  const bytes = Buffer.alloc(BLOCK + 5000);
  bytes.write("start");
  await uploadBlocks(sdk, volumeId, { zeros: bytes, empty: Buffer.alloc(0), "all-zeros": Buffer.alloc(100) });
  expect((await readRange(sdk, volumeId, "zeros")).bytes.equals(bytes)).toBe(true);
  expect((await readRange(sdk, volumeId, "zeros", 3, 6)).bytes).toEqual(text("rt\0\0\0\0"));
  expect(await readRange(sdk, volumeId, "empty")).toEqual({ bytes: Buffer.alloc(0), size: 0, urls: 0 });
  expect((await readRange(sdk, volumeId, "all-zeros")).bytes).toEqual(Buffer.alloc(100));
});

test("transfer server: wrong bytes, too many bytes and unsigned or altered URLs are refused", async () => {
  const { sdk } = await openBoth();
  const volumeId = await makeVolume(sdk, 2);
  const contentsSha256 = createHash("sha256").update("right").digest();
  const files = [{ path: "f", size: 5, blocks: [{ contentsSha256 }] }];
  const { missingBlocks } = await sdk.cpClient.volumePutFiles2({ volumeId, files });
  const url = missingBlocks[0]?.putUrl ?? "";
  const put = async (to: string, body: Buffer<ArrayBuffer>) =>
    (await fetch(to, { method: "PUT", body })).status;
  const wrong = Buffer.from("wrong");
  expect(await put(url, wrong)).toBe(400);
  expect(await put(url, Buffer.alloc(BLOCK + 1))).toBe(413);
  expect(await put(url.split("?")[0] ?? "", wrong)).toBe(403);
  expect(await put(url.replace(/\/block\/./, "/block/0"), wrong)).toBe(403);
  expect((await fetch(url)).status).toBe(403);
  expect((await sdk.cpClient.volumePutFiles2({ volumeId, files })).missingBlocks).toHaveLength(1);
  expect(await put(url, Buffer.from("right"))).toBe(200);
  expect((await sdk.cpClient.volumePutFiles2({ volumeId, files })).missingBlocks).toHaveLength(0);
});

describe.each([1, 2] as const)("version %i", (version) => {
  const upload = async (
    sdk: Parameters<typeof makeVolume>[0],
    volumeId: string,
    path: string,
    content: string,
    noOverwrite = false,
  ): Promise<void> => {
    if (version === 1) await uploadWhole(sdk, volumeId, path, text(content), noOverwrite);
    else await uploadBlocks(sdk, volumeId, { [path]: text(content) }, noOverwrite);
  };

  test("VolumeListFiles: one level or all, a file by its path, relative paths, sizes and times", async () => {
    const { sdk } = await openBoth();
    const volumeId = await makeVolume(sdk, version);
    for (const path of ["top.txt", "/d/one.txt", "d/e/two.txt"]) await upload(sdk, volumeId, path, path);
    expect(await listPaths(sdk, volumeId, "/", false)).toEqual(["d", "top.txt"]);
    expect(await listPaths(sdk, volumeId)).toEqual(["d", "d/e", "d/e/two.txt", "d/one.txt", "top.txt"]);
    expect(await listPaths(sdk, volumeId, "/d/", false)).toEqual(["d/e", "d/one.txt"]);
    const batches = await collect(sdk.cpClient.volumeListFiles({ volumeId, path: "/d/one.txt" }));
    expect(batches.flatMap((batch) => batch.entries)).toMatchObject([
      { path: "d/one.txt", type: 1, size: 10 },
    ]);
    expect(batches[0]?.entries[0]?.mtime).toBeGreaterThan(Date.now() / 1000 - 60);
    await expect(listPaths(sdk, volumeId, "missing")).rejects.toMatchObject({ code: 5 });
    await expect(listPaths(sdk, volumeId, "d/../..")).rejects.toMatchObject({ code: 3 });
  });

  test("VolumePutFiles: overwrites only when allowed, and never a directory or below a file", async () => {
    const { sdk } = await openBoth();
    const volumeId = await makeVolume(sdk, version);
    await upload(sdk, volumeId, "d/f", "one");
    await expect(upload(sdk, volumeId, "d/f", "two", true)).rejects.toMatchObject({ code: 6 });
    await upload(sdk, volumeId, "d/f", "three");
    expect((await readRange(sdk, volumeId, "d/f")).bytes.toString()).toBe("three");
    await expect(upload(sdk, volumeId, "d", "x")).rejects.toMatchObject({ code: 9 });
    await expect(upload(sdk, volumeId, "d/f/g", "x")).rejects.toMatchObject({ code: 9 });
    await expect(upload(sdk, volumeId, "../f", "x")).rejects.toMatchObject({ code: 3 });
    await expect(upload(sdk, volumeId, "f\u0000", "x")).rejects.toMatchObject({ code: 3 });
  });

  test("VolumeRemoveFile: a file, a directory only recursively, NOT_FOUND for what is not there", async () => {
    const { sdk } = await openBoth();
    const volumeId = await makeVolume(sdk, version);
    for (const path of ["a", "d/b", "d/e/c"]) await upload(sdk, volumeId, path, "x");
    const remove = (path: string, recursive = false) =>
      version === 1
        ? sdk.cpClient.volumeRemoveFile({ volumeId, path, recursive })
        : sdk.cpClient.volumeRemoveFile2({ volumeId, path, recursive });
    await remove("/a");
    await expect(remove("a")).rejects.toMatchObject({ code: 5 });
    await expect(remove("d")).rejects.toMatchObject({ code: 3 });
    await remove("d/e", true);
    expect(await listPaths(sdk, volumeId)).toEqual(["d", "d/b"]);
    await remove("/", true);
    expect(await listPaths(sdk, volumeId)).toEqual([]);
  });

  test("VolumeCopyFiles: to a name, into a directory, and a whole directory", async () => {
    const { sdk } = await openBoth();
    const volumeId = await makeVolume(sdk, version);
    await upload(sdk, volumeId, "d/f", "content");
    const copy = (srcPaths: string[], dstPath: string, recursive = false) =>
      version === 1
        ? sdk.cpClient.volumeCopyFiles({ volumeId, srcPaths, dstPath, recursive })
        : sdk.cpClient.volumeCopyFiles2({ volumeId, srcPaths, dstPath, recursive });
    await copy(["d/f"], "g");
    await copy(["g"], "h/");
    await copy(["d"], "copy", true);
    expect(await listPaths(sdk, volumeId)).toEqual(["copy", "copy/f", "d", "d/f", "g", "h", "h/g"]);
    expect((await readRange(sdk, volumeId, "h/g")).bytes.toString()).toBe("content");
    await expect(copy(["d"], "x")).rejects.toMatchObject({ code: 3 });
    await expect(copy(["d"], "d/inside", true)).rejects.toMatchObject({ code: 3 });
    await expect(copy(["missing"], "x")).rejects.toMatchObject({ code: 5 });
    await expect(copy(["g", "d/f"], "x")).rejects.toMatchObject({ code: 3 });
  });
});

test("MountPutFile: unknown until its data came, inline or by blob; other data is refused", async () => {
  const { sdk } = await openBoth();
  const volumeId = await makeVolume(sdk, 1);
  const data = randomBytes(1000);
  const sha256Hex = createHash("sha256").update(data).digest("hex");
  expect(await sdk.cpClient.mountPutFile({ sha256Hex })).toMatchObject({ exists: false });
  await expect(
    sdk.cpClient.volumePutFiles({ volumeId, files: [{ filename: "f", sha256Hex }] }),
  ).rejects.toMatchObject({ code: 9 });
  await expect(sdk.cpClient.mountPutFile({ sha256Hex, data: text("other") })).rejects.toMatchObject({
    code: 3,
  });
  const { blobId, uploadUrl } = await sdk.cpClient.blobCreate({ contentLength: data.length });
  await fetch(uploadUrl ?? "", { method: "PUT", body: data });
  expect(await sdk.cpClient.mountPutFile({ sha256Hex, dataBlobId: blobId })).toMatchObject({ exists: true });
  expect(await sdk.cpClient.mountPutFile({ sha256Hex })).toMatchObject({ exists: true });
  await sdk.cpClient.volumePutFiles({ volumeId, files: [{ filename: "f", sha256Hex }] });
  expect((await readRange(sdk, volumeId, "f")).bytes).toEqual(data);
});
