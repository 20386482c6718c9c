import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ToolError } from "../../../src/errors.ts";
import { openArchive } from "../../../src/fmi/archive/archive.ts";
import { type ByteSource, bufferSource } from "../../../src/fmi/archive/byte-source.ts";
import { catchToolError } from "../../support/catch-tool-error.ts";
import { writeZip, type ZipEntry } from "../../support/zip.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "archive-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (...entries: ZipEntry[]) => openArchive(bufferSource(writeZip(entries)), "test.fmu");

test("openArchive accepts what real FMUs hold", async () => {
  const archive = await open(
    { name: "./", mode: 0o040755 },
    { name: "./modelDescription.xml", content: "<x/>", method: 8 },
    { name: "binaries/", mode: 0o040755 },
    { name: "binaries/", mode: 0o040755 },
    { name: "binaries/win64/model.exp", content: "e" },
    { name: "sources/configure", content: "#!/bin/sh", mode: 0o100755 },
    { name: "resources/script.py", content: "print()", mode: 0 },
    { name: "resources/empty", method: 8 },
    { name: "resources/größe.txt", content: "m" },
  );
  expect(archive.entries.map(({ path, isDirectory, size }) => [path, isDirectory, size])).toEqual([
    ["modelDescription.xml", false, 4],
    ["binaries", true, 0],
    ["binaries/win64/model.exp", false, 1],
    ["sources/configure", false, 9],
    ["resources/script.py", false, 7],
    ["resources/empty", false, 0],
    ["resources/größe.txt", false, 1],
  ]);
  expect(archive.find("./modelDescription.xml")?.size).toBe(4);
  expect(await archive.readText("modelDescription.xml", 100)).toBe("<x/>");
  expect(await archive.readText("resources/empty", 100)).toBe("");
});

describe("openArchive refuses", () => {
  const hostile: [reason: string, entries: ZipEntry[]][] = [
    ["leads out of its folder", [{ name: "../evil" }]],
    ["leads out of its folder", [{ name: "resources/../../evil" }]],
    ["leads out of its folder", [{ name: "resources/.. /evil" }]],
    ["leads out of its folder", [{ name: "resources/.." }]],
    ["back-slash", [{ name: "binaries\\win64\\model.dll" }]],
    ["back-slash", [{ name: "..\\evil" }]],
    ["absolute path", [{ name: "/etc/passwd" }]],
    ["drive letter", [{ name: "C:/evil" }]],
    ["drive letter", [{ name: "resources/c:evil" }]],
    ["control character", [{ name: "resources/a\0.txt" }]],
    ["has no name", [{ name: "" }]],
    ["longer than 1,024", [{ name: "a".repeat(1025) }]],
    ["symbolic link", [{ name: "link", content: "/etc/passwd", mode: 0o120777 }]],
    ["no regular file", [{ name: "pipe", mode: 0o010644 }]],
    ["is there twice", [{ name: "a.txt" }, { name: "a.txt" }]],
    ["is there twice", [{ name: "a.txt" }, { name: "./a.txt" }]],
    ["is there twice", [{ name: "a.txt" }, { name: "A.TXT" }]],
    ["is there twice", [{ name: "a" }, { name: "a/", mode: 0o040755 }]],
    ["is a file, and the folder of", [{ name: "a/b" }, { name: "A" }]],
    ["is a file, and the folder of", [{ name: "a" }, { name: "a/b/c" }]],
    ["is encrypted", [{ name: "a", flags: 0x801 }]],
    ["it is encrypted", [{ name: "a", flags: 0x841 }]],
    ["method 12", [{ name: "a", method: 12 }]],
    ["two different sizes", [{ name: "a", content: "abc", size: 7 }]],
    ["a folder with content", [{ name: "a/", content: "abc" }]],
    ["200 times", [{ name: "a", content: Buffer.alloc(2 * 1024 * 1024), method: 8 }]],
    ["4 GiB", [1, 2, 3].map((n) => ({ name: `${n}`, method: 8, size: 2 ** 31, packedSize: 2 ** 30 }))],
  ];
  test.each(hostile)("an entry that %s (%#)", async (reason, entries) => {
    const error = await catchToolError(() => open(...entries));
    expect(error.code).toBe("invalid_fmu");
    expect(error.message).toContain(reason);
    expect(error.message).toContain('"test.fmu"');
    expect(error.remedy).toMatch(/\.$/);
  });

  test("more than 20,000 entries", async () => {
    const entries = Array.from({ length: 20_001 }, (_, index) => ({ name: `${index}` }));
    expect((await catchToolError(() => open(...entries))).message).toContain("20001 entries");
  });

  test("an archive above 2 GiB, without reading it", async () => {
    let closed = false;
    const source: ByteSource = {
      size: 2 ** 31 + 1,
      read: () => Promise.reject(new Error("read")),
      close: async () => {
        closed = true;
      },
    };
    expect((await catchToolError(() => openArchive(source, "big.fmu"))).message).toContain("2 GiB");
    expect(closed).toBe(true);
  });

  test.each([
    ["", 0],
    ["hello", 5],
    ["x".repeat(70_000), 70_000],
  ])("what is no zip archive (%#)", async (text) => {
    const error = await catchToolError(() => openArchive(bufferSource(Buffer.from(text)), "test.fmu"));
    expect(error.code).toBe("invalid_fmu");
    expect(error.message).toContain("no zip archive");
  });
});

test("openArchive passes on what the source throws", async () => {
  const failure = new ToolError("unavailable", "Cannot read the volume.", "Call again.");
  const source: ByteSource = { size: 100, read: () => Promise.reject(failure), close: async () => {} };
  expect(await catchToolError(() => openArchive(source, "test.fmu"))).toBe(failure);
});

test("openArchive reads the directory and an entry of a large archive in three reads", async () => {
  const bulk = Array.from({ length: 500 }, (_, index) => ({
    name: `resources/${index}`,
    content: Buffer.alloc(4000),
  }));
  const bytes = writeZip([{ name: "modelDescription.xml", content: "<x/>", method: 8 }, ...bulk]);
  const buffer = bufferSource(bytes);
  let reads = 0;
  const read = (start: number, length: number) => {
    reads += 1;
    return buffer.read(start, length);
  };
  const archive = await openArchive({ ...buffer, read }, "test.fmu");
  await archive.readBytes("modelDescription.xml", 1000);
  expect(archive.entries).toHaveLength(501);
  expect(reads).toBeLessThanOrEqual(3);
});

describe("readBytes", () => {
  test("refuses an entry above the limit, a missing one and a folder", async () => {
    const archive = await open({ name: "a", content: "12345" }, { name: "b/", mode: 0o040755 });
    expect((await catchToolError(() => archive.readBytes("a", 4))).message).toContain(
      "5 bytes, and 4 is the limit",
    );
    expect((await catchToolError(() => archive.readBytes("c", 4))).message).toContain('there is no "c"');
    expect((await catchToolError(() => archive.readBytes("b", 4))).message).toContain('there is no "b"');
  });

  test("unpacks no more than an entry declares", async () => {
    const content = Buffer.alloc(50_000_000);
    const archive = await open({ name: "a", content, method: 8, size: 1000 });
    const error = await catchToolError(() => archive.readBytes("a", 10_000));
    expect(error.message).toContain("more than the 1000 bytes it declares");
  });

  test("passes on what the source throws", async () => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 256));
    const buffer = bufferSource(
      writeZip([
        { name: "a", content },
        { name: "b", content, method: 8 },
      ]),
    );
    const failure = new ToolError("unavailable", "Cannot read the volume.", "Call again.");
    let isBroken = false;
    const read: ByteSource["read"] = async (start, length) => {
      if (isBroken) throw failure;
      return buffer.read(start, length);
    };
    const archive = await openArchive({ ...buffer, read }, "test.fmu");
    isBroken = true;
    expect(await catchToolError(() => archive.readBytes("a", 1e6))).toBe(failure);
  });

  test("refuses an entry that is shorter than it declares, and one that does not match its checksum", async () => {
    const short = await open({ name: "a", content: "12345", method: 8, size: 6 });
    expect((await catchToolError(() => short.readBytes("a", 10))).message).toContain("unpacks to 5 bytes");
    const wrong = await open({ name: "a", content: "12345", checksum: 1 });
    expect((await catchToolError(() => wrong.readBytes("a", 10))).message).toContain("checksum");
  });
});

describe("extract", () => {
  test("writes the files that pass the filter, libraries and programs executable, all of it for the user alone", async () => {
    const archive = await open(
      { name: "binaries/linux64/model.so", content: "lib", mode: 0o100777, method: 8 },
      { name: "binaries/linux64/libx.so.2", content: "x" },
      { name: "resources/deep/data.txt", content: "data", mode: 0o104666 },
      { name: "resources/deep/run.sh", content: "#!/bin/sh", mode: 0o106777 },
      { name: "resources/scratch/", mode: 0o040755 },
      { name: "sources/more/", mode: 0o040755 },
      { name: "resources/empty", method: 8 },
      { name: "sources/model.c", content: "c" },
    );
    const target = join(folder, "out");
    await archive.extract((path) => !path.startsWith("sources/"), target);
    expect((await readdir(target)).sort()).toEqual(["binaries", "resources"]);
    expect(await readFile(join(target, "resources/empty"), "utf8")).toBe("");
    expect(await readFile(join(target, "resources/deep/data.txt"), "utf8")).toBe("data");
    const mode = async (path: string) => (await stat(join(target, path))).mode & 0o7777;
    expect(await mode("binaries/linux64/model.so")).toBe(0o700);
    expect(await mode("binaries/linux64/libx.so.2")).toBe(0o700);
    expect(await mode("resources/deep/data.txt")).toBe(0o600);
    expect(await mode("resources/deep/run.sh")).toBe(0o700);
    expect(await readdir(join(target, "resources/scratch"))).toEqual([]);
    expect(await mode("resources/deep")).toBe(0o700);
  });

  test("leaves no part of an entry that is damaged", async () => {
    const archive = await open({ name: "a", content: "12345", method: 8, size: 6 });
    const error = await catchToolError(() => archive.extract(() => true, folder));
    expect(error.code).toBe("invalid_fmu");
    expect(await readdir(folder)).toEqual([]);
  });

  test("says where it could not write", async () => {
    const archive = await open({ name: "resources/a", content: "new" });
    await writeFile(join(folder, "resources"), "in the way");
    const error = await catchToolError(() => archive.extract(() => true, folder));
    expect(error.code).toBe("unavailable");
    expect(error.message).toContain(JSON.stringify(join(folder, "resources")));
  });

  test("overwrites nothing", async () => {
    const archive = await open({ name: "a", content: "new" });
    await writeFile(join(folder, "a"), "old");
    expect((await catchToolError(() => archive.extract(() => true, folder))).code).toBe("unavailable");
    expect(await readFile(join(folder, "a"), "utf8")).toBe("old");
  });
});
