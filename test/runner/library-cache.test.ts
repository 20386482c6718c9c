import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { createLibraryCache } from "../../src/runner/library-cache.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const BINARIES = "binaries/x86_64-linux/";
const LIBRARY = `${BINARIES}model.so`;
const HELPER = `${BINARIES}lib/helper.so`;

/** A cache that keeps what a first run, in the folder `first`, had unpacked under the key `model`. */
async function setUp(platform: NodeJS.Platform = "linux") {
  const workDir = await temporaryFolder();
  const first = join(workDir, "first");
  for (const path of [LIBRARY, HELPER]) {
    await mkdir(dirname(join(first, path)), { recursive: true });
    await writeFile(join(first, path), `bytes of ${path}`);
  }
  const cache = createLibraryCache(workDir, platform);
  cache.keep("model", first, BINARIES);
  return { workDir, first, cache, next: join(workDir, "next") };
}

test("LibraryCache.link gives a later run the library and what lies beside it, also when the first run's folder is gone", async () => {
  const { first, cache, next } = await setUp();
  await rm(first, { recursive: true });
  expect(cache.link("model", next)).toBe(true);
  expect(await readFile(join(next, LIBRARY), "utf8")).toBe(`bytes of ${LIBRARY}`);
  expect(await readFile(join(next, HELPER), "utf8")).toBe(`bytes of ${HELPER}`);
  expect((await stat(join(next, LIBRARY))).mode & 0o222).toBe(0);
});

test("LibraryCache.link gives each run files of its own beside the libraries, and shares what further is kept", async () => {
  const { first, cache, next, workDir } = await setUp();
  const [settings, description] = [`${BINARIES}settings.ini`, "modelDescription.xml"];
  await writeFile(join(first, settings), "a = 1", { mode: 0o600 });
  await writeFile(join(first, description), "<x/>");
  cache.keep("more", first, BINARIES, [description]);
  await writeFile(join(first, settings), "a = 2");
  expect(cache.link("more", next)).toBe(true);
  expect(await readFile(join(next, settings), "utf8")).toBe("a = 1");
  await writeFile(join(next, settings), "a = 3");
  const another = join(workDir, "another");
  expect(cache.link("more", another)).toBe(true);
  expect(await readFile(join(another, settings), "utf8")).toBe("a = 1");
  expect((await stat(join(another, settings))).mode & 0o600).toBe(0o600);
  expect((await stat(join(another, description))).mode & 0o222).toBe(0);
});

test("LibraryCache.link does nothing for another key, or on Windows", async () => {
  const { cache, next } = await setUp();
  expect(cache.link("other", next)).toBe(false);
  const windows = await setUp("win32");
  expect(windows.cache.link("model", windows.next)).toBe(false);
  await expect(readdir(next)).rejects.toThrow("ENOENT");
});

test("LibraryCache.link gives no library that a run has written to", async () => {
  const { first, cache, next } = await setUp();
  await chmod(join(first, HELPER), 0o700);
  await writeFile(join(first, HELPER), "written to");
  expect(cache.link("model", next)).toBe(false);
  expect(await readdir(join(next, BINARIES)).catch(() => [])).toEqual([]);
  expect(cache.link("model", next)).toBe(false);
});

test("LibraryCache.link does nothing where another process has cleared the folder", async () => {
  const { workDir, cache, next } = await setUp();
  for (const name of await readdir(workDir)) {
    if (name.startsWith("libraries-")) await rm(join(workDir, name), { recursive: true });
  }
  expect(cache.link("model", next)).toBe(false);
});

test("LibraryCache.keep gives up the oldest of nine", async () => {
  const { first, cache, next } = await setUp();
  for (let more = 1; more <= 8; more++) cache.keep(`more-${more}`, first, BINARIES);
  expect(cache.link("model", next)).toBe(false);
  expect(cache.link("more-1", next)).toBe(true);
});

test("LibraryCache.close removes its folder", async () => {
  const { workDir, cache } = await setUp();
  cache.close();
  expect(await readdir(workDir)).toEqual(["first"]);
});
