import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  deploymentTag,
  findSharedVersions,
  sharedVersionOfLive,
} from "../../src/deployment/shared-package.ts";
import { upgradeShared } from "../../src/deployment/upgrade-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A program of this name on a PATH of its own, doing what the shell script says. */
async function program(name: string, script: string): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
  return folder;
}

async function upgrade(file: string, text: string, path: string, pythons: string[] = []) {
  const folder = await temporaryFolder();
  await writeFile(join(folder, file), text);
  const found = await findSharedVersions([folder], ["vb_shared"]);
  const env = { PATH: `${path}:${process.env.PATH}` };
  const signal = AbortSignal.timeout(20_000);
  const upgrading = upgradeShared({ folder, found, pythons, env, onLine: () => {}, signal });
  return { upgrading, read: () => readFile(join(folder, file), "utf8") };
}

const LOCK = '[[package]]\nname = "vb-shared"\nversion = "1.2.0"\n';

describe("upgradeShared", () => {
  test("a uv.lock is locked again by uv, for that package alone", async () => {
    const path = await program("uv", 'echo "$@" >> uv.lock');
    const { upgrading, read } = await upgrade("uv.lock", LOCK, path);
    expect(await upgrading).toBe("Upgraded vb_shared in uv.lock.");
    expect(await read()).toBe(`${LOCK}lock --upgrade-package vb-shared\n`);
  });

  test("a pin becomes the version that pip would install, and nothing else changes", async () => {
    const report = JSON.stringify({ install: [{ metadata: { version: "1.10.0" } }] });
    const path = await program("python-of-test", `echo '${report}'`);
    const pins = "six==1.16.0\nvb_shared[fmi] == 1.2.0  # shared\nfmpy==0.3.30\n";
    const { upgrading, read } = await upgrade("requirements.txt", pins, path, [
      "no-such-python",
      "python-of-test",
    ]);
    expect(await upgrading).toBe("Upgraded vb_shared in requirements.txt.");
    expect(await read()).toBe(pins.replace("1.2.0", "1.10.0"));
  });

  test("a pin in pyproject.toml is written before its lock is made again", async () => {
    const report = JSON.stringify({ install: [{ metadata: { version: "1.10.0" } }] });
    const python = await program("python-of-test", `echo '${report}'`);
    const uv = await program("uv", "cat pyproject.toml > uv.lock");
    const folder = await temporaryFolder();
    await writeFile(join(folder, "pyproject.toml"), 'dependencies = ["vb_shared==1.2.0"]\n');
    await writeFile(join(folder, "uv.lock"), LOCK);
    const found = await findSharedVersions([folder], ["vb_shared"]);
    const env = { PATH: `${python}:${uv}:${process.env.PATH}` };
    const signal = AbortSignal.timeout(20_000);
    await upgradeShared({ folder, found, pythons: ["python-of-test"], env, onLine: () => {}, signal });
    expect(await readFile(join(folder, "uv.lock"), "utf8")).toBe('dependencies = ["vb_shared==1.10.0"]\n');
  });

  test("a command that fails is told with its last lines, one that is missing by its name", async () => {
    const path = await program("uv", "echo 'no solution found' >&2; exit 2");
    await expect((await upgrade("uv.lock", LOCK, path)).upgrading).rejects.toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("ended with code 2"),
      detail: "no solution found",
    });
    const { upgrading } = await upgrade("requirements.txt", "vb_shared==1\n", path, ["no-such-python"]);
    await expect(upgrading).rejects.toMatchObject({
      message: expect.stringContaining("was not found"),
      remedy: expect.stringContaining("`pip`"),
    });
  });

  test("without an exact version there is nothing to upgrade", async () => {
    const { upgrading, read } = await upgrade("requirements.txt", "vb_shared>=1\n", "");
    expect(await upgrading).toContain("nothing to upgrade");
    expect(await read()).toBe("vb_shared>=1\n");
  });
});

describe("deploymentTag", () => {
  test("names the shared package, as sharedVersionOfLive reads it back", () => {
    const tag = deploymentTag("src-0123456789ab", { name: "vb_shared", version: "1.2.0+local" });
    expect(tag).toBe("vb_shared-1.2.0.local_src-0123456789ab");
    expect(sharedVersionOfLive(tag, {}, ["vb_shared"])).toEqual({
      name: "vb_shared",
      version: "1.2.0.local",
    });
    expect(deploymentTag("src-0123456789ab", undefined)).toBe("src-0123456789ab");
    expect(deploymentTag("src-0123456789ab", { name: "a".repeat(40), version: "1" })).toBe(
      "src-0123456789ab",
    );
  });

  test("an app's own tag of the package's name counts first", () => {
    const names = ["validibot-shared"];
    expect(sharedVersionOfLive("v1", { validibot_shared: "0.28.0" }, names)?.version).toBe("0.28.0");
    expect(sharedVersionOfLive("v1", { runner_version: "0.1.0" }, names)).toBeUndefined();
  });
});
