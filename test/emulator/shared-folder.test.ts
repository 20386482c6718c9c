import { randomBytes } from "node:crypto";
import { mkdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { expect, test } from "vitest";
import type { FunctionBody } from "../../src/emulator/function-body.ts";
import { collectGarbage } from "../../src/emulator/garbage.ts";
import { sha256Hex } from "../../src/emulator/ids.ts";
import { openState } from "../../src/emulator/state.ts";
import { app, body, connectSdk, gate, openEmulator, temporaryFolder } from "./support.ts";
import { listPaths, makeVolume, readRange, uploadBlocks } from "./upload.ts";

const untilAborted: FunctionBody["run"] = ({ signal, log }) => {
  log("stdout", "running");
  return new Promise((resolve) => signal.addEventListener("abort", resolve));
};

/** Two emulators on one folder, each with a client of its own. */
async function openTwo(run: FunctionBody["run"] = untilAborted) {
  const stateDir = await temporaryFolder();
  const open = async () => {
    const emulator = await openEmulator({ stateDir, apps: [app([body("work", run)], { maxContainers: 1 })] });
    return { emulator, sdk: connectSdk(emulator) };
  };
  const [a, b] = await Promise.all([open(), open()]);
  return { stateDir, a, b };
}

/** A URL on which nobody listens any more. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

test("two emulators: the same app and function ids, published once", async () => {
  const { a, b } = await openTwo();
  const look = (each: typeof a) => each.sdk.cpClient.appGetByDeploymentName({ name: "test-app" });
  const [one, two] = await Promise.all([look(a), look(b)]);
  expect(one).toEqual(two);
  expect(one.lifecycle?.version).toBe(1);
});

test("two emulators: 40 races to create a volume and a file each have one winner", async () => {
  const { a, b } = await openTwo();
  for (let race = 0; race < 40; race++) {
    const ids = await Promise.all([a, b].map(({ sdk }) => makeVolume(sdk, 2, `volume-${race}`)));
    expect(ids[0]).toBe(ids[1]);
    const volumeId = ids[0] ?? "";
    const files = [{ f: randomBytes(100) }, { f: randomBytes(100) }];
    const uploads = [a, b].map(({ sdk }, index) => uploadBlocks(sdk, volumeId, files[index] ?? {}, true));
    const outcomes = await Promise.allSettled(uploads);
    const winner = outcomes.findIndex((outcome) => outcome.status === "fulfilled");
    expect(outcomes.filter((outcome) => outcome.status === "rejected")).toMatchObject([
      { reason: { code: 6 } },
    ]);
    expect((await readRange(b.sdk, volumeId, "f")).bytes).toEqual(files[winner]?.f);
  }
});

test("two emulators: one sees, waits for, cancels and reads the log of the other's call", async () => {
  const { a, b } = await openTwo();
  const fn = await a.sdk.functions.fromName("test-app", "work");
  const { functionCallId } = await fn.spawn();
  const { functionId } = fn;
  await expect
    .poll(async () => (await b.sdk.cpClient.functionGetCurrentStats({ functionId })).numRunningInputs)
    .toBe(1);
  const waiting = b.sdk.cpClient.functionGetOutputs({ functionCallId, timeout: 20, lastEntryId: "0-0" });
  await b.sdk.cpClient.functionCallCancel({ functionCallId });
  expect((await waiting).outputs[0]?.result).toMatchObject({ status: 3 });
  const { appId } = await b.sdk.cpClient.appGetByDeploymentName({ name: "test-app" });
  const { batches } = await b.sdk.cpClient.appFetchLogs({ appId, functionCallId });
  expect(batches.flatMap((batch) => batch.items.map((item) => item.data))).toEqual(["running\n"]);
});

test("two emulators: the result of one's call comes to who waits at the other", async () => {
  const { opened, open } = gate();
  const { a, b } = await openTwo(async ({ kwargs }) => {
    await opened;
    return kwargs.value;
  });
  const call = await (await a.sdk.functions.fromName("test-app", "work")).spawn([], { value: 42 });
  const waiting = (await b.sdk.functionCalls.fromId(call.functionCallId)).get({ timeoutMs: 20_000 });
  open();
  expect(await waiting).toBe(42);
});

test("a call whose process is gone ends as an internal failure; one whose process listens is left alone", async () => {
  const { stateDir, a, b } = await openTwo();
  const call = await (await a.sdk.functions.fromName("test-app", "work")).spawn();
  const { functionCallId } = call;
  const look = () => b.sdk.cpClient.functionGetOutputs({ functionCallId, timeout: 0.2, lastEntryId: "0-0" });
  expect((await look()).numUnfinishedInputs).toBe(1);
  const file = path.join(stateDir, "calls", "records", `${functionCallId}.json`);
  const record = JSON.parse(await readFile(file, "utf8"));
  await writeFile(file, JSON.stringify({ ...record, owner: { url: await deadUrl(), instance: "gone" } }));
  const { outputs } = await look();
  expect(outputs[0]?.result).toMatchObject({
    status: 6,
    exception: "The process that ran this call has ended",
  });
  const info = await b.sdk.cpClient.functionCallGetInfo({ functionCallId });
  expect(info.info?.failedInputs?.total).toBe(1);
});

test("close: a running call is on record as interrupted, and what was stored is there after a restart", async () => {
  const entered = gate();
  const { stateDir, a, b } = await openTwo((call) => {
    entered.open();
    return untilAborted(call);
  });
  await uploadBlocks(a.sdk, await makeVolume(a.sdk, 2), { "d/f": Buffer.from("kept") });
  const { functionCallId } = await (await a.sdk.functions.fromName("test-app", "work")).spawn();
  await entered.opened;
  await a.emulator.close();
  await b.emulator.close();
  const emulator = await openEmulator({ stateDir, apps: [app([body("work", untilAborted)])] });
  const sdk = connectSdk(emulator);
  expect(emulator.tokenSecret).toBe(a.emulator.tokenSecret);
  const volumeId = await makeVolume(sdk, 2);
  expect(await listPaths(sdk, volumeId)).toEqual(["d", "d/f"]);
  expect((await readRange(sdk, volumeId, "d/f")).bytes.toString()).toBe("kept");
  const { outputs } = await sdk.cpClient.functionGetOutputs({ functionCallId, timeout: 1 });
  expect(outputs[0]?.result).toMatchObject({ status: 6 });
  const { appId } = await sdk.cpClient.appGetByDeploymentName({ name: "test-app" });
  expect((await sdk.cpClient.appFetchLogs({ appId, functionCallId })).batches).toHaveLength(1);
});

test("collectGarbage: removes old unused contents, calls and logs, and keeps what a volume uses", async () => {
  const { stateDir, a } = await openTwo(async () => "done");
  const volumeId = await makeVolume(a.sdk, 2);
  const [used, unused] = [randomBytes(50), randomBytes(50)];
  await uploadBlocks(a.sdk, volumeId, { used, unused });
  await a.sdk.cpClient.volumeRemoveFile2({ volumeId, path: "unused" });
  const contentFile = (bytes: Buffer) =>
    path.join(stateDir, "contents", sha256Hex(bytes).slice(0, 2), sha256Hex(bytes));
  const call = await (await a.sdk.functions.fromName("test-app", "work")).spawn();
  await call.get();
  const record = path.join(stateDir, "calls", "records", `${call.functionCallId}.json`);
  const longAgo = new Date(Date.now() - 40 * 24 * 3600 * 1000);
  for (const file of [contentFile(used), contentFile(unused), record]) await utimes(file, longAgo, longAgo);
  const oldDay = path.join(stateDir, "logs", "ap-old", "2000-01-01");
  await mkdir(oldDay, { recursive: true });
  const errors: string[] = [];
  const state = await openState({ stateDir, apps: [], keepDays: 30, onError: (text) => errors.push(text) });
  await collectGarbage(state);
  expect(errors).toEqual([]);
  expect((await stat(contentFile(used))).size).toBe(50);
  await expect(stat(contentFile(unused))).rejects.toThrow("ENOENT");
  await expect(stat(record)).rejects.toThrow("ENOENT");
  await expect(stat(oldDay)).rejects.toThrow("ENOENT");
  expect((await readRange(a.sdk, volumeId, "used")).bytes).toEqual(used);
});

test("AppStop: cancels the calls of the other process too", async () => {
  const { a, b } = await openTwo();
  const { functionCallId } = await (await a.sdk.functions.fromName("test-app", "work")).spawn();
  const { appId } = await b.sdk.cpClient.appGetByDeploymentName({ name: "test-app" });
  await b.sdk.cpClient.appStop({ appId });
  const { outputs } = await b.sdk.cpClient.functionGetOutputs({ functionCallId, timeout: 10 });
  expect(outputs[0]?.result).toMatchObject({ status: 3 });
});

test("two emulators: what one deletes, renames or stops, the other's next call does not find", async () => {
  const { a, b } = await openTwo(async () => "done");
  const volumeId = await makeVolume(a.sdk, 2, "first");
  const find = (deploymentName: string) => b.sdk.cpClient.volumeGetOrCreate({ deploymentName });
  expect((await find("first")).volumeId).toBe(volumeId);
  await a.sdk.cpClient.volumeRename({ volumeId, name: "second" });
  await expect(find("first")).rejects.toMatchObject({ code: 5 });
  expect((await find("second")).volumeId).toBe(volumeId);
  await a.sdk.cpClient.volumeDelete({ volumeId });
  await expect(find("second")).rejects.toMatchObject({ code: 5 });
  const work = await b.sdk.functions.fromName("test-app", "work");
  expect(await work.remote([])).toBe("done");
  const { appId } = await a.sdk.cpClient.appGetByDeploymentName({ name: "test-app" });
  await a.sdk.cpClient.appStop({ appId });
  await expect(work.remote([])).rejects.toThrow("is stopped");
});
