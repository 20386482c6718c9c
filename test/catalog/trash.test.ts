import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openTrash } from "../../src/catalog/trash.ts";
import { catchToolError } from "../support/catch-tool-error.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const ENTRY = {
  endpoint: "modal" as const,
  environment: "main",
  volume: "fmi-cache",
  files: [{ path: "a.fmu", size: 1 }],
};
const copy = (_path: string, local: string) => writeFile(local, "x");
const DAY_MS = 24 * 3600_000;

describe("openTrash", () => {
  test("keeps a removal with its files, newest first", async () => {
    const trash = openTrash(join(await temporaryFolder(), "trash"));
    expect(await trash.list()).toEqual([]);
    const id = await trash.keep(ENTRY, copy);
    const entry = await trash.get(id);
    expect(entry).toMatchObject({ ...ENTRY, trash_id: id });
    expect(await readFile(trash.fileOf(entry, 0), "utf8")).toBe("x");
    expect((await trash.list()).map(({ trash_id }) => trash_id)).toEqual([id]);
  });

  test("leaves nothing where a copy fails", async () => {
    const folder = await temporaryFolder();
    const trash = openTrash(folder);
    const failing = () => Promise.reject(new Error("no space"));
    await expect(trash.keep(ENTRY, failing)).rejects.toThrow("no space");
    expect(await readdir(folder)).toEqual([]);
  });

  test("sweeps out what is older than 30 days", async () => {
    const trash = openTrash(await temporaryFolder());
    const id = await trash.keep(ENTRY, copy);
    await trash.sweep(new Date(Date.now() + 29 * DAY_MS));
    expect(await trash.list()).toHaveLength(1);
    await trash.sweep(new Date(Date.now() + 31 * DAY_MS));
    expect(await trash.list()).toEqual([]);
    expect((await catchToolError(() => trash.get(id))).code).toBe("not_found");
  });

  test("does not take a damaged or foreign folder for a removal", async () => {
    const folder = await temporaryFolder();
    const trash = openTrash(folder);
    const id = await trash.keep(ENTRY, copy);
    await writeFile(join(folder, id, "manifest.json"), "{");
    expect(await trash.list()).toEqual([]);
    for (const text of ["../x", "", "trash-1", id])
      expect((await catchToolError(() => trash.get(text))).code).toBe("not_found");
  });
});
