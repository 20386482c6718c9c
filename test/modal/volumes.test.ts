import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Modal, VolumeEntry, VolumeInfo } from "../../src/modal/modal.ts";
import { startTestEndpoint, type TestEndpoint } from "../support/emulator.ts";

const MIB = 1024 * 1024;

let endpoint: TestEndpoint;
let modal: Modal;
let names = 0;

beforeAll(async () => {
  endpoint = await startTestEndpoint();
  modal = endpoint.modal;
});

afterAll(() => endpoint.close());

const newName = () => `volume-${++names}`;

/** `ensure` leaves the version to the server. */
async function createVolume(version: 1 | 2): Promise<VolumeInfo> {
  const name = newName();
  const request = { deploymentName: name, environmentName: "main", objectCreationType: 1, version };
  await endpoint.controlPlane.volumeGetOrCreate(request);
  const volume = await modal.volumes.get(name);
  expect(volume.version).toBe(version);
  return volume;
}

async function collect(entries: AsyncIterable<VolumeEntry>): Promise<VolumeEntry[]> {
  const all: VolumeEntry[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test("get tells how a missing volume is created", async () => {
  const getting = modal.volumes.get("no-such-volume");
  await expect(getting).rejects.toMatchObject({ code: "not_found" });
  await expect(getting).rejects.toThrow(/no-such-volume.*environment "main"/);
  await expect(getting).rejects.toMatchObject({
    remedy: expect.stringContaining('`action: create` and volume "no-such-volume"'),
  });
  expect(await modal.volumes.find("no-such-volume")).toBeUndefined();
});

test("ensure creates a volume once and says so", async () => {
  const name = newName();
  const first = await modal.volumes.ensure(name);
  const second = await modal.volumes.ensure(name);
  expect(first.created).toBe(true);
  expect(second).toEqual({ ...first, created: false });
  expect(await modal.volumes.get(name)).toMatchObject({ id: first.id, name });
});

test("ensure says it to one of several at once", async () => {
  const name = newName();
  const all = await Promise.all(Array.from({ length: 4 }, () => modal.volumes.ensure(name)));
  expect(all.filter((volume) => volume.created)).toHaveLength(1);
  expect(new Set(all.map((volume) => volume.id)).size).toBe(1);
});

test("list pages through more than a hundred volumes", async () => {
  const made = Array.from({ length: 105 }, newName);
  for (const name of made) await modal.volumes.ensure(name);
  const listed = (await modal.volumes.list()).map((volume) => volume.name);
  expect(listed).toEqual(expect.arrayContaining(made));
  expect(new Set(listed).size).toBe(listed.length);
}, 20_000);

test("delete removes a volume", async () => {
  const volume = await modal.volumes.ensure(newName());
  await modal.volumes.delete(volume);
  expect(await modal.volumes.find(volume.name)).toBeUndefined();
});

describe.each([1, 2] as const)("on a volume of version %i", (version) => {
  let volume: VolumeInfo;

  beforeAll(async () => {
    volume = await createVolume(version);
  });

  test("upload, findFile and read carry the bytes and their hash", async () => {
    const bytes = randomBytes(1000);
    const sent = await modal.volumes.upload(volume, "/folder/small.bin", { bytes }, { overwrite: false });
    expect(sent).toEqual({ size: 1000, sha256: digest(bytes), bytesSent: 1000 });
    expect(await modal.volumes.findFile(volume, "/folder/small.bin")).toMatchObject({
      path: "folder/small.bin",
      type: "file",
      size: 1000,
    });
    expect(await modal.volumes.hasFile(volume, "/folder/small.bin")).toBe(true);
    expect(await modal.volumes.hasFile(volume, "/folder/smaller.bin")).toBe(false);
    expect(await modal.volumes.hasFile({ ...volume, id: "vo-none" }, "/folder/small.bin")).toBe(false);
    const read = await modal.volumes.read(volume, "folder/small.bin", { start: 10, length: 20 });
    expect(read.size).toBe(1000);
    expect(Buffer.from(read.bytes)).toEqual(bytes.subarray(10, 30));
  });

  test("upload streams a file of several blocks, and read crosses their borders", async () => {
    const bytes = Buffer.concat([randomBytes(8 * MIB), Buffer.alloc(9 * MIB), randomBytes(3 * MIB + 7)]);
    const file = join(endpoint.folder, `large-${version}.bin`);
    await writeFile(file, bytes);
    const progress: number[] = [];
    const sent = await modal.volumes.upload(
      volume,
      "/large.bin",
      { file },
      {
        overwrite: false,
        onProgress: (done, total) => {
          expect(total).toBe(bytes.length);
          progress.push(done);
        },
      },
    );
    expect(sent.sha256).toBe(digest(bytes));
    expect(progress.at(-1)).toBe(bytes.length);
    const across = { start: 8 * MIB - 5, length: 9 * MIB + 20 };
    const { bytes: middle } = await modal.volumes.read(volume, "/large.bin", across);
    expect(digest(middle)).toBe(digest(bytes.subarray(across.start, across.start + across.length)));
    const { bytes: tail } = await modal.volumes.read(volume, "/large.bin", { start: 17 * MIB, length: 0 });
    expect(digest(tail)).toBe(digest(bytes.subarray(17 * MIB)));
  }, 30_000);

  test("upload sends no byte of contents that the server has", async () => {
    const bytes = randomBytes(5 * MIB);
    const first = await modal.volumes.upload(volume, "/a.bin", { bytes }, { overwrite: false });
    const second = await modal.volumes.upload(volume, "/b.bin", { bytes }, { overwrite: false });
    expect([first.bytesSent, second.bytesSent]).toEqual([5 * MIB, 0]);
  });

  test("upload carries an empty file, and one of zeros only", async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(9 * MIB)]) {
      const path = `/zeros-${bytes.length}`;
      await modal.volumes.upload(volume, path, { bytes }, { overwrite: false });
      const read = await modal.volumes.read(volume, path, { start: 0, length: 0 });
      expect(read.size).toBe(bytes.length);
      expect(digest(read.bytes)).toBe(digest(bytes));
    }
  });

  test("upload replaces a file only with overwrite", async () => {
    const put = (text: string, overwrite: boolean) =>
      modal.volumes.upload(volume, "/once.txt", { bytes: Buffer.from(text) }, { overwrite });
    await put("first", false);
    await expect(put("second", false)).rejects.toMatchObject({ code: "already_exists" });
    await put("third", true);
    const { bytes } = await modal.volumes.read(volume, "/once.txt", { start: 0, length: 0 });
    expect(Buffer.from(bytes).toString()).toBe("third");
  });

  test("upload of a missing local file is not_found by its name", async () => {
    const file = join(endpoint.folder, "none.fmu");
    const upload = modal.volumes.upload(volume, "/x", { file }, { overwrite: true });
    await expect(upload).rejects.toMatchObject({ code: "not_found" });
  });

  test("upload ends when its signal aborts, and leaves no file", async () => {
    const abort = new AbortController();
    const upload = modal.volumes.upload(
      volume,
      "/aborted.bin",
      { bytes: randomBytes(24 * MIB) },
      { overwrite: true, signal: abort.signal, onProgress: () => abort.abort() },
    );
    await expect(upload).rejects.toMatchObject({ code: "cancelled" });
    expect(await modal.volumes.findFile(volume, "/aborted.bin")).toBeUndefined();
  }, 20_000);

  test("upload refuses a file that changed while it was read", async () => {
    const file = join(endpoint.folder, `changing-${version}.bin`);
    await writeFile(file, randomBytes(9 * MIB));
    let changed: Promise<void> | undefined;
    const upload = modal.volumes.upload(
      volume,
      "/changing.bin",
      { file },
      {
        overwrite: true,
        onProgress: () => {
          changed ??= writeFile(file, "other");
        },
      },
    );
    await expect(upload).rejects.toMatchObject({ code: "aborted" });
    await changed;
    expect(await modal.volumes.findFile(volume, "/changing.bin")).toBeUndefined();
  }, 30_000);

  test("entries lists a folder, with recursion, and names a missing path", async () => {
    for (const path of ["/tree/a.txt", "/tree/sub/b.txt"])
      await modal.volumes.upload(volume, path, { bytes: Buffer.from("x") }, { overwrite: true });
    const flat = await collect(modal.volumes.entries(volume, "/tree", { recursive: false }));
    expect(flat.map(({ path, type }) => [path, type]).sort()).toEqual([
      ["tree/a.txt", "file"],
      ["tree/sub", "directory"],
    ]);
    const deep = await collect(modal.volumes.entries(volume, "tree/", { recursive: true }));
    expect(deep.map(({ path }) => path)).toContain("tree/sub/b.txt");
    expect(Math.abs((flat[0]?.modified ?? 0) - Date.now() / 1000)).toBeLessThan(60);
    const missing = collect(modal.volumes.entries(volume, "/none", { recursive: false }));
    await expect(missing).rejects.toMatchObject({ code: "not_found" });
    await expect(missing).rejects.toThrow(/\/none in volume/);
  });

  test("findFile gives undefined for a folder and for nothing", async () => {
    await modal.volumes.upload(volume, "/only/f", { bytes: Buffer.from("x") }, { overwrite: true });
    expect(await modal.volumes.findFile(volume, "/only")).toBeUndefined();
    expect(await modal.volumes.findFile(volume, "/only/g")).toBeUndefined();
  });

  test("download writes the whole file and leaves nothing else behind", async () => {
    const bytes = randomBytes(9 * MIB);
    await modal.volumes.upload(volume, "/down.bin", { bytes }, { overwrite: true });
    const target = join(endpoint.folder, `down-${version}.bin`);
    expect(await modal.volumes.download(volume, "/down.bin", target)).toEqual({ size: bytes.length });
    expect(digest(await readFile(target))).toBe(digest(bytes));
    const failing = modal.volumes.download(volume, "/none.bin", `${target}-2`);
    await expect(failing).rejects.toMatchObject({ code: "not_found" });
    expect((await readdir(endpoint.folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("remove takes a file away, and a folder only with recursion", async () => {
    await modal.volumes.upload(volume, "/gone/f", { bytes: Buffer.from("x") }, { overwrite: true });
    await modal.volumes.remove(volume, "/gone/f", { recursive: false });
    expect(await modal.volumes.findFile(volume, "/gone/f")).toBeUndefined();
    const again = modal.volumes.remove(volume, "/gone/f", { recursive: false });
    await expect(again).rejects.toMatchObject({ code: "not_found" });
  });
});
