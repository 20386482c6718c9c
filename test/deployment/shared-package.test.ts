import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findSharedVersions } from "../../src/deployment/shared-package.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const NAMES = ["vb_shared", "validibot-shared"];

test("findSharedVersions reads lock files and pins, by either spelling of the name", async () => {
  const [runner, plane] = [await temporaryFolder(), await temporaryFolder()];
  await writeFile(join(runner, "uv.lock"), '[[package]]\nname = "vb-shared"\nversion = "1.2.0"\n');
  await writeFile(join(plane, "requirements.txt"), "six==1.16.0\nvalidibot_shared[x] == 1.3.0\n");
  expect(await findSharedVersions([runner, plane], NAMES)).toEqual([
    { name: "vb_shared", version: "1.2.0", file: join(runner, "uv.lock") },
    { name: "validibot-shared", version: "1.3.0", file: join(plane, "requirements.txt") },
  ]);
});

test("findSharedVersions finds nothing where no file names an exact version", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "requirements.txt"), "vb_shared>=1.0\nmy-vb_shared-fork\n");
  expect(await findSharedVersions([folder, join(folder, "none")], NAMES)).toEqual([]);
});
