import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bufferSource, openFileSource } from "../../../src/fmi/archive/byte-source.ts";
import { catchToolError } from "../../support/catch-tool-error.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "byte-source-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test("openFileSource reads the bytes of a range", async () => {
  const path = join(folder, "file");
  await writeFile(path, "0123456789");
  const source = await openFileSource(path);
  expect(source.size).toBe(10);
  expect(Buffer.from(await source.read(3, 4)).toString()).toBe("3456");
  await source.close();
  await source.close();
});

test("openFileSource says that the file is cut short where it ends before the range does", async () => {
  const path = join(folder, "file");
  await writeFile(path, "0123456789");
  const source = await openFileSource(path);
  const error = await catchToolError(() => source.read(8, 4));
  expect(error.code).toBe("aborted");
  expect(error.message).toContain("ends before byte 12");
  await source.close();
});

test("openFileSource refuses a missing file and a folder in words", async () => {
  const missing = await catchToolError(() => openFileSource(join(folder, "missing.fmu")));
  expect(missing.code).toBe("not_found");
  expect(missing.message).toContain("missing.fmu");
  const aFolder = await catchToolError(() => openFileSource(folder));
  expect(aFolder.code).toBe("invalid_argument");
  expect(aFolder.message).toContain("it is a folder");
});

test("bufferSource rejects a range outside the buffer", async () => {
  const source = bufferSource(new Uint8Array([1, 2, 3]));
  expect([...(await source.read(1, 2))]).toEqual([2, 3]);
  await expect(source.read(2, 2)).rejects.toThrow(RangeError);
  await expect(source.read(-1, 2)).rejects.toThrow(RangeError);
});
