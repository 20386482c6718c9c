import { readdir, readFile, utimes } from "node:fs/promises";
import path from "node:path";
import type { ModalClient } from "modal";
import { expect, test } from "vitest";
import { extractMounts } from "../../src/emulator/apps/mount-records.ts";
import { collectGarbage } from "../../src/emulator/garbage.ts";
import { sha256Hex } from "../../src/emulator/ids.ts";
import { type EmulatorState, openState } from "../../src/emulator/state.ts";
import { buildImage, fakePython } from "./fake-python.ts";
import { openBoth, temporaryFolder } from "./support.ts";

const KEEP_DAYS = 30;
const LONG_AGO = new Date(Date.now() - (KEEP_DAYS + 1) * 24 * 3600 * 1000);

async function deploy(sdk: ModalClient, name: string, version: string) {
  const known = (await sdk.cpClient.appGetByDeploymentName({ name })).appId;
  const appId = known || (await sdk.cpClient.appCreate({ description: name, appState: 6 })).appId;
  const imageId = await buildImage(sdk, `${name}==${version}`);
  const data = Buffer.from(`# ${name} ${version}`);
  const sha256 = sha256Hex(data);
  await sdk.cpClient.mountPutFile({ sha256Hex: sha256, data });
  const files = [{ filename: "/root/app.py", sha256Hex: sha256, size: data.length }];
  const { mountId } = await sdk.cpClient.mountGetOrCreate({ appId, objectCreationType: 4, files });
  const made = await sdk.cpClient.functionCreate({
    appId,
    function: { functionName: "f", functionType: 2, imageId, mountIds: [mountId] },
  });
  const definition = made.handleMetadata?.definitionId ?? "";
  await sdk.cpClient.appPublish({
    ...{ appId, name, appState: 3, clientVersion: "1.5.4" },
    functionIds: { f: made.functionId },
    definitionIds: { [made.functionId]: definition },
  });
  return { appId, imageId, mountId, definition, sha256 };
}

const PARTS = ["definitions", "images", "mounts", "environments", "sources"];

/** Names of what lies in the folders of parts, and of contents. */
async function listParts({ folder }: EmulatorState): Promise<string[]> {
  const names = await Promise.all([...PARTS, "contents"].map((part) => readdir(path.join(folder, part))));
  const shards = names.at(-1) ?? [];
  const contents = await Promise.all(shards.map((shard) => readdir(path.join(folder, "contents", shard))));
  return [...names.slice(0, -1).flat(), ...contents.flat()].map((name) => name.replace(/\.json$/, ""));
}

/** Makes all of a state folder's parts as old as they may be. */
async function age({ folder }: EmulatorState): Promise<void> {
  const all = await readdir(folder, { recursive: true });
  for (const name of all) await utimes(path.join(folder, name), LONG_AGO, LONG_AGO);
}

test.skipIf(process.platform === "win32")(
  "collectGarbage: of an app that was stopped, source, image and environment go; every version of a live one stays",
  async () => {
    const python = await fakePython();
    const stateDir = await temporaryFolder();
    const { sdk } = await openBoth({ stateDir, python });
    const errors: string[] = [];
    const onError = (text: string) => errors.push(text);
    const state = await openState({ stateDir, apps: [], keepDays: KEEP_DAYS, python, onError });
    const kept = [await deploy(sdk, "kept", "1"), await deploy(sdk, "kept", "2")];
    const stopped = await deploy(sdk, "stopped", "1");
    for (const { mountId } of [...kept, stopped]) await extractMounts(state, [mountId]);
    await sdk.cpClient.appStop({ appId: stopped.appId });
    const before = await listParts(state);
    await collectGarbage(state);
    expect((await listParts(state)).sort()).toEqual([...before].sort());

    await age(state);
    await collectGarbage(state);
    expect(errors).toEqual([]);
    const after = await listParts(state);
    for (const each of kept)
      for (const part of [each.definition, each.imageId, each.mountId, each.sha256])
        expect(after).toContain(part);
    for (const part of [stopped.definition, stopped.imageId, stopped.mountId, stopped.sha256])
      expect(after).not.toContain(part);
    // A record and a folder each: of the base, and of the two versions.
    expect(await readdir(path.join(stateDir, "environments"))).toHaveLength(6);
    expect(await readdir(path.join(stateDir, "sources"))).toHaveLength(2);
    await deploy(sdk, "stopped", "1");
  },
);

test.skipIf(process.platform === "win32")(
  "collectGarbage: without the Python that environments are told by, nothing of an app goes",
  async () => {
    const python = await fakePython();
    const stateDir = await temporaryFolder();
    const { sdk } = await openBoth({ stateDir, python });
    const { appId, imageId } = await deploy(sdk, "stopped", "1");
    await sdk.cpClient.appStop({ appId });
    const state = await openState({ stateDir, apps: [], keepDays: KEEP_DAYS, onError: () => {} });
    await age(state);
    await collectGarbage(state);
    expect(await readFile(path.join(stateDir, "images", `${imageId}.json`), "utf8")).toContain("stopped==1");
  },
);
