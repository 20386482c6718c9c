import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import {
  commitFolder,
  reloadFolder,
  type VolumeFolder,
} from "../../../src/emulator/containers/container-volumes.ts";
import { openState } from "../../../src/emulator/state.ts";
import { findEntry, listEntries } from "../../../src/emulator/volumes/volume-entries.ts";
import { readVolumeFile } from "../../../src/emulator/volumes/volume-files.ts";
import { createVolume } from "../../../src/emulator/volumes/volume-records.ts";
import { temporaryFolder } from "../support.ts";

/** A volume with two containers' folders on it. */
async function openVolume(more: Partial<VolumeFolder> = {}) {
  const stateDir = await temporaryFolder();
  const state = await openState({ stateDir, apps: [], keepDays: 1, onError: () => {} });
  const volume = await createVolume(state, "data", 2);
  const volumeId = volume?.id ?? "";
  const folderOf = async (): Promise<VolumeFolder> => {
    const folder = path.join(await temporaryFolder(), "data");
    const opened: VolumeFolder = {
      volumeId,
      folder,
      subPath: "",
      readOnly: false,
      agreed: new Map(),
      agreedFolders: new Set(),
      ...more,
    };
    await reloadFolder(state, opened);
    return opened;
  };
  const textOf = async (file: string): Promise<string | undefined> => {
    const chunks: Buffer[] = [];
    const stream = await readVolumeFile(state, volumeId, file);
    if (stream === undefined) return undefined;
    for await (const chunk of stream) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  return { state, volumeId, folderOf, textOf };
}

const put = async (volume: VolumeFolder, name: string, text: string): Promise<void> => {
  const file = path.join(volume.folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
};

test("commitFolder: new, changed and removed files arrive in the volume, and reloadFolder brings them to another", async () => {
  const { state, folderOf, textOf } = await openVolume();
  const [writer, reader] = [await folderOf(), await folderOf()];
  await put(writer, "deep/a.txt", "first");
  await put(writer, "empty.txt", "");
  await put(writer, "gone.txt", "x");
  expect(await textOf("deep/a.txt")).toBeUndefined();
  await commitFolder(state, writer);
  expect([await textOf("deep/a.txt"), await textOf("empty.txt")]).toEqual(["first", ""]);
  await reloadFolder(state, reader);
  expect((await readdir(reader.folder)).sort()).toEqual(["deep", "empty.txt", "gone.txt"]);
  await put(writer, "deep/a.txt", "second");
  await rm(path.join(writer.folder, "gone.txt"));
  await commitFolder(state, writer);
  await reloadFolder(state, reader);
  expect(await readFile(path.join(reader.folder, "deep/a.txt"), "utf8")).toBe("second");
  expect((await readdir(reader.folder)).sort()).toEqual(["deep", "empty.txt"]);
});

test("reloadFolder: what was written and not committed stays", async () => {
  const { state, folderOf } = await openVolume();
  const volume = await folderOf();
  await put(volume, "draft.txt", "mine");
  await reloadFolder(state, volume);
  expect(await readFile(path.join(volume.folder, "draft.txt"), "utf8")).toBe("mine");
});

test("commitFolder: a file that nobody touched is not written again, so another's newer one stays", async () => {
  const { state, volumeId, folderOf, textOf } = await openVolume();
  const first = await folderOf();
  await put(first, "a.txt", "old");
  await commitFolder(state, first);
  const second = await folderOf();
  await put(second, "a.txt", "newer");
  await commitFolder(state, second);
  await put(first, "b.txt", "other");
  await commitFolder(state, first);
  expect(await textOf("a.txt")).toBe("newer");
  expect(await findEntry(state, volumeId, "b.txt")).toMatchObject({ type: "file", size: 5 });
});

test("commitFolder: links are left out, so that nothing from outside gets into a volume", async () => {
  const { state, volumeId, folderOf } = await openVolume();
  const volume = await folderOf();
  await symlink("/etc/hostname", path.join(volume.folder, "link"));
  await commitFolder(state, volume);
  expect(await listEntries(state, volumeId, "")).toEqual([]);
});

test("commitFolder: a folder that was removed goes from the volume and from others, unless something new is in it", async () => {
  const { state, volumeId, folderOf } = await openVolume();
  const first = await folderOf();
  for (const name of ["gone/deep/a.txt", "kept/b.txt"]) await put(first, name, "x");
  await mkdir(path.join(first.folder, "empty"));
  await commitFolder(state, first);
  const [remover, other] = [await folderOf(), await folderOf()];
  await put(other, "kept/new.txt", "of another");
  await commitFolder(state, other);
  for (const name of ["gone", "kept", "empty"])
    await rm(path.join(remover.folder, name), { recursive: true });
  await commitFolder(state, remover);
  const paths = async () => (await listEntries(state, volumeId, "")).map((entry) => entry.path);
  expect(await paths()).toEqual(["kept", "kept/new.txt"]);
  await put(first, "gone/mine.txt", "not committed");
  await reloadFolder(state, first);
  expect((await readdir(first.folder)).sort()).toEqual(["gone", "kept"]);
  expect(await readdir(path.join(first.folder, "gone"))).toEqual(["mine.txt"]);
  await commitFolder(state, first);
  expect(await paths()).toEqual(["gone", "gone/mine.txt", "kept", "kept/new.txt"]);
});

test("commitFolder: a volume mounted read-only is refused", async () => {
  const { state, folderOf } = await openVolume({ readOnly: true });
  await expect(commitFolder(state, await folderOf())).rejects.toMatchObject({ code: 9 });
});

test("subPath: the folder holds that part of the volume and is committed there", async () => {
  const { state, folderOf, textOf } = await openVolume({ subPath: "part" });
  const volume = await folderOf();
  await put(volume, "a.txt", "below");
  await commitFolder(state, volume);
  expect(await textOf("part/a.txt")).toBe("below");
  expect(await readdir((await folderOf()).folder)).toEqual(["a.txt"]);
});
