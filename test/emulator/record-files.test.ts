import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  createRecord,
  listFolder,
  mapLimited,
  readRecord,
  removeFile,
  replaceRecord,
} from "../../src/emulator/record-files.ts";
import { temporaryFolder } from "./support.ts";

const recordIn = (folder: string) => path.join(folder, "deep", "er", "record.json");

test("createRecord: the first writer wins, and no temporary file stays", async () => {
  const file = recordIn(await temporaryFolder());
  expect(await createRecord(file, { by: "first" })).toBe(true);
  expect(await createRecord(file, { by: "second" })).toBe(false);
  expect(await readRecord(file)).toEqual({ by: "first" });
  expect(await readdir(path.dirname(file))).toEqual(["record.json"]);
});

test("replaceRecord: the last writer wins, and what another process wrote is read at once", async () => {
  const file = recordIn(await temporaryFolder());
  await replaceRecord(file, { by: "first" });
  await replaceRecord(file, { by: "second" });
  expect(await readRecord(file)).toEqual({ by: "second" });
  await writeFile(file, '{"by":"another"}');
  expect(await readRecord(file)).toEqual({ by: "another" });
  expect(await removeFile(file)).toBe(true);
  expect(await removeFile(file)).toBe(false);
  expect(await readRecord(file)).toBeUndefined();
});

test("readRecord: nothing below a file or in a missing folder, and a damaged one is named", async () => {
  const folder = await temporaryFolder();
  const file = path.join(folder, "file.json");
  await writeFile(file, "{");
  expect(await readRecord(path.join(file, "below.json"))).toBeUndefined();
  expect(await readRecord(path.join(folder, "missing", "record.json"))).toBeUndefined();
  await expect(readRecord(file)).rejects.toThrow("file.json in the state folder is damaged");
});

test("listFolder: what a killed process had not finished writing is left out", async () => {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, ".tmp-1"), '{"ha');
  await writeFile(path.join(folder, "a.json"), "{}");
  expect(await listFolder(folder)).toEqual(["a.json"]);
  expect(await listFolder(path.join(folder, "missing"))).toEqual([]);
});

test("mapLimited: keeps the order, and lets others have their turn between many pieces that never wait", async () => {
  let turns = 0;
  let done = false;
  const others = (async () => {
    for (; !done; turns++) await setImmediate();
  })();
  const items = Array.from({ length: 1000 }, (_, index) => index);
  expect(await mapLimited(items, async (item) => 2 * item)).toEqual(items.map((item) => 2 * item));
  done = true;
  await others;
  expect(turns).toBeGreaterThan(10);
});
