import { copyFile, link, readdir, readlink, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createOpenedFmus } from "../../src/runner/opened-fmus.ts";
import { fixturePath } from "../support/simulate-fixture.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A store with one FMU; `open` opens a new link to it, as a run does. */
async function setUp() {
  const folder = await temporaryFolder();
  const stored = join(folder, "stored");
  await copyFile(fixturePath("feedthrough-2"), stored);
  const opened = createOpenedFmus();
  onTestFinished(() => opened.close());
  let links = 0;
  const open = async (check: (checksum: string) => void = () => {}) => {
    const path = join(folder, `link-${++links}`);
    await link(stored, path);
    const found = await opened.open(path, "model.fmu", check);
    await rm(path);
    return found;
  };
  return { folder, stored, opened, open };
}

/** How many files in the folder this process has open. */
async function countOpen(folder: string): Promise<number> {
  const numbers = await readdir("/proc/self/fd");
  const targets = await Promise.all(numbers.map((each) => readlink(`/proc/self/fd/${each}`).catch(() => "")));
  return targets.filter((target) => target.startsWith(folder)).length;
}

const onLinux = test.runIf(process.platform === "linux");

test("OpenedFmus.open keeps a stored FMU open from one run to the next", async () => {
  const { open } = await setUp();
  const first = await open();
  await first.release();
  const next = await open();
  expect(next.fmu).toBe(first.fmu);
  expect(next.checksum).toMatch(/^[0-9a-f]{64}$/);
  await expect(next.fmu.archive.readText("modelDescription.xml", 1e6)).resolves.toContain("fmiVersion");
});

test("OpenedFmus.open gives two at the same time the same, or one each", async () => {
  const { open } = await setUp();
  const both = await Promise.all([open(), open()]);
  for (const { release } of both) await release();
  const next = await open();
  expect(both.map(({ fmu }) => fmu)).toContain(next.fmu);
  await expect(next.fmu.archive.readText("modelDescription.xml", 1e6)).resolves.toContain("fmiVersion");
});

test("OpenedFmus.open reads a file anew that was written to", async () => {
  const { stored, open } = await setUp();
  const first = await open();
  await utimes(stored, 1, 1);
  expect((await open()).fmu).not.toBe(first.fmu);
});

onLinux("OpenedFmus.open closes a copy with its run", async () => {
  const { folder, stored, opened } = await setUp();
  const { release } = await opened.open(stored, "model.fmu", () => {});
  expect(await countOpen(folder)).toBe(1);
  await release();
  expect(await countOpen(folder)).toBe(0);
});

onLinux(
  "OpenedFmus.open closes the FMU used longest ago where more than four are kept, once it is not used",
  async () => {
    const { folder, stored, open } = await setUp();
    const first = await open();
    for (let time = 1; time <= 5; time++) {
      await utimes(stored, time, time);
      await (await open()).release();
    }
    expect(await countOpen(folder)).toBe(5);
    await first.release();
    expect(await countOpen(folder)).toBe(4);
  },
);

test("OpenedFmus.open checks the sha256 every time, and throws what the check throws", async () => {
  const { open } = await setUp();
  const seen: string[] = [];
  await open((checksum) => void seen.push(checksum));
  const refuse = (checksum: string) => {
    throw new Error(`not ${checksum}`);
  };
  await expect(open(refuse)).rejects.toThrow(`not ${seen[0]}`);
});

onLinux("OpenedFmus.close closes what is kept", async () => {
  const { folder, opened, open } = await setUp();
  await (await open()).release();
  expect(await countOpen(folder)).toBe(1);
  await opened.close();
  expect(await countOpen(folder)).toBe(0);
});
