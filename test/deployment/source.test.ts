import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readCommit } from "../../src/deployment/git-process.ts";
import { fingerprintSource } from "../../src/deployment/source.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function writeAll(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

const FILES = { "sv_fmi/modal_app.py": "app = 1\n", "sv_fmi/data/limits.json": "{}", "uv.lock": "" };

test("the same source and settings have the same fingerprint; any change another one", async () => {
  const [one, two] = [await temporaryFolder(), await temporaryFolder()];
  await writeAll(one, FILES);
  await writeAll(two, FILES);
  const first = await fingerprintSource(one, { FMI_VOLUME_NAME: "a" });
  expect(first).toMatch(/^src-[0-9a-f]{12}$/);
  expect(await fingerprintSource(two, { FMI_VOLUME_NAME: "a" })).toBe(first);
  expect(await fingerprintSource(two, { FMI_VOLUME_NAME: "b" })).not.toBe(first);
  await writeAll(two, { "sv_fmi/data/limits.json": "{ }" });
  expect(await fingerprintSource(two, { FMI_VOLUME_NAME: "a" })).not.toBe(first);
});

test("tests, caches, hidden folders and virtual environments do not count", async () => {
  const folder = await temporaryFolder();
  await writeAll(folder, FILES);
  const first = await fingerprintSource(folder, {});
  await writeAll(folder, {
    "tests/test_a.py": "",
    "sv_fmi/__pycache__/a.pyc": "",
    ".git/HEAD": "",
    "environment/pyvenv.cfg": "",
    "environment/lib/x.py": "",
  });
  expect(await fingerprintSource(folder, {})).toBe(first);
});

test("a folder in no repository has no commit", async () => {
  const env = { PATH: process.env.PATH, GIT_CEILING_DIRECTORIES: "/" };
  expect(await readCommit(await temporaryFolder(), env, AbortSignal.timeout(10_000))).toBeUndefined();
});

test("a repository's commit is told, and whether the folder differs from it", async () => {
  const { execFileSync } = await import("node:child_process");
  const folder = await temporaryFolder();
  await writeAll(folder, FILES);
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.test"];
  const git = (...args: string[]) => execFileSync("git", [...identity, ...args], { cwd: folder });
  git("init", "-q");
  git("add", ".");
  git("commit", "-q", "-m", "first");
  const env = { PATH: process.env.PATH };
  const signal = AbortSignal.timeout(20_000);
  expect(await readCommit(folder, env, signal)).toEqual({
    hash: expect.stringMatching(/^[0-9a-f]{40}$/),
    dirty: false,
  });
  await writeAll(folder, { "uv.lock": "changed" });
  expect(await readCommit(folder, env, signal)).toMatchObject({ dirty: true });
});
