import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keepLog } from "../../src/logs/keep-log.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("keepLog writes a file that only the user reads", async () => {
  const folder = join(await temporaryFolder(), "logs");
  const path = await keepLog(folder, "text\n");
  expect(await readFile(path, "utf8")).toBe("text\n");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test("keepLog keeps the newest 20 of its own files, and what else is there", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "mine.txt"), "");
  let newest = "";
  for (let index = 0; index < 23; index += 1) newest = await keepLog(folder, String(index));
  const names = await readdir(folder);
  expect(names).toHaveLength(21);
  expect(names).toContain("mine.txt");
  expect(await readFile(newest, "utf8")).toBe("22");
});
