import { readdir, rm, utimes } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { collectGarbage } from "../../../src/emulator/garbage.ts";
import { openState } from "../../../src/emulator/state.ts";
import { buildImage, fakePython } from "../fake-python.ts";
import { openBoth, temporaryFolder } from "../support.ts";

const records = (names: readonly string[]) => names.filter((name) => name.endsWith(".json"));

test.skipIf(process.platform === "win32")(
  "an environment whose interpreter is gone is made anew",
  async () => {
    const stateDir = await temporaryFolder();
    const { sdk } = await openBoth({ stateDir, python: await fakePython() });
    await buildImage(sdk, "six");
    const root = path.join(stateDir, "environments");
    const before = await readdir(root);
    for (const name of before.filter((each) => !each.endsWith(".json")))
      await rm(path.join(root, name, "bin"), { recursive: true });
    await buildImage(sdk, "six");
    expect(records(await readdir(root))).toEqual(records(before));
    expect(await readdir(root)).not.toEqual(before);
  },
);

test.skipIf(process.platform === "win32")(
  "environments of a shared folder serve every state folder, and none collects them",
  async () => {
    const python = { ...(await fakePython()), sharedEnvironments: await temporaryFolder() };
    const folders = [await temporaryFolder(), await temporaryFolder()];
    const list = () => readdir(python.sharedEnvironments);
    const made: string[][] = [];
    for (const stateDir of folders) {
      const { sdk } = await openBoth({ stateDir, python });
      await buildImage(sdk, "six");
      made.push(await list());
    }
    expect(made[0]).toHaveLength(4);
    expect(made[1]).toEqual(made[0]);
    const long = new Date(0);
    for (const name of await list()) await utimes(path.join(python.sharedEnvironments, name), long, long);
    for (const stateDir of folders)
      await collectGarbage(await openState({ stateDir, apps: [], keepDays: 1, python, onError: () => {} }));
    expect(await list()).toEqual(made[0]);
  },
);

test.skipIf(process.platform === "win32")(
  "images that are built at once share the layers that they have in common",
  async () => {
    const python = { ...(await fakePython()), sharedEnvironments: await temporaryFolder() };
    const { sdk } = await openBoth({ stateDir: await temporaryFolder(), python });
    await Promise.all(["six", "idna", "attrs"].map((name) => buildImage(sdk, name)));
    // A folder and a record for each: what they are based on, and three that differ.
    expect(await readdir(python.sharedEnvironments)).toHaveLength(2 * 4);
  },
);
