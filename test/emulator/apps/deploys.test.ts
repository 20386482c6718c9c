import { createHash } from "node:crypto";
import type { ModalClient } from "modal";
import { expect, test } from "vitest";
import { app, body, openBoth } from "../support.ts";

const SOURCE = Buffer.from("def add(a, b): return a + b\n");

/** Sends a file as a deploy does, and mounts it. */
async function mountSource(sdk: ModalClient, appId: string, source = SOURCE, filename = "/root/tiny.py") {
  const sha256Hex = createHash("sha256").update(source).digest("hex");
  const asked = await sdk.cpClient.mountBatchedCheckExistence({ sha256HexHashes: [sha256Hex] });
  if (asked.missingSha256HexHashes.length > 0) await sdk.cpClient.mountPutFile({ sha256Hex, data: source });
  const files = [{ filename, sha256Hex, size: source.length, mode: 0o644 }];
  return sdk.cpClient.mountGetOrCreate({ appId, objectCreationType: 4, files });
}

/** The steps of a deploy with one function, by the requests that the CLI makes. */
async function deploy(sdk: ModalClient, name: string, functionName = "add", source = SOURCE) {
  const { appId: existing } = await sdk.cpClient.appGetByDeploymentName({ name });
  const appId = existing || (await sdk.cpClient.appCreate({ description: name, appState: 6 })).appId;
  const layout = existing ? (await sdk.cpClient.appGetLayout({ appId })).appLayout : undefined;
  const existingFunctionId = layout?.functionIds[functionName] ?? "";
  const { mountId } = await mountSource(sdk, appId, source);
  const image = { dockerfileCommands: ["FROM python:3.11-slim"] };
  const { imageId, result } = await sdk.cpClient.imageGetOrCreate({
    appId,
    image,
    builderVersion: "2025.06",
  });
  expect(result?.status).toBe(1);
  const description = {
    functionName,
    functionType: 2,
    supportedInputFormats: [1, 4],
    supportedOutputFormats: [1, 4],
  };
  const { functionId } = await sdk.cpClient.functionPrecreate({ appId, existingFunctionId, ...description });
  const created = await sdk.cpClient.functionCreate({
    appId,
    existingFunctionId: functionId,
    function: { moduleName: "tiny", mountIds: [mountId], imageId, timeoutSecs: 60, ...description },
  });
  expect(created.functionId).toBe(functionId);
  const published = await sdk.cpClient.appPublish({
    appId,
    name,
    appState: 3,
    functionIds: { [functionName]: functionId },
    definitionIds: { [functionId]: created.handleMetadata?.definitionId ?? "" },
    clientVersion: "1.5.4",
  });
  return { appId, functionId, created, published };
}

const builtIn = app([body("add", async () => "built in")], { name: "tiny" });
const python = { command: process.execPath, environment: {} };

test("AppPublish: without a Python the built-in app of that name answers, and the deploy is told so", async () => {
  const { emulator, sdk } = await openBoth({ apps: [builtIn] });
  const { published, created } = await deploy(sdk, "tiny");
  expect(published.serverWarnings.map((each) => each.message).join()).toContain("built into it answers");
  expect(published.deployedAt).toBeGreaterThan(0);
  expect(created.handleMetadata).toMatchObject({ functionName: "add", supportedInputFormats: [1, 4] });
  expect(await (await sdk.functions.fromName("tiny", "add")).remote()).toBe("built in");
  expect(await emulator.answeredBy("tiny")).toBe("built_in");
});

test("AppPublish: without a Python, an app whose functions are not built in is refused", async () => {
  const { emulator, sdk } = await openBoth({ apps: [builtIn] });
  await expect(deploy(sdk, "other")).rejects.toMatchObject({
    code: 9,
    details: expect.stringContaining("no Python 3.10 or later to run add"),
  });
  expect(await emulator.answeredBy("other")).toBeUndefined();
});

test("findPython: a command that is no Python counts as none", async () => {
  const { sdk } = await openBoth({ apps: [builtIn], python });
  const { published } = await deploy(sdk, "tiny");
  expect(published.serverWarnings).toHaveLength(1);
});

test("FunctionCreate: what has no effect here is told as a warning", async () => {
  const { sdk } = await openBoth();
  const { appId } = await sdk.cpClient.appCreate({ description: "hourly", appState: 6 });
  const { imageId } = await sdk.cpClient.imageGetOrCreate({
    image: { dockerfileCommands: ["FROM python:3.11"] },
  });
  const create = async (more: object) => {
    const description = { functionName: "tick", functionType: 2, imageId, ...more };
    const { serverWarnings } = await sdk.cpClient.functionCreate({ appId, function: description });
    return serverWarnings.map(({ message }) => message);
  };
  expect(await create({})).toEqual([]);
  expect(await create({ schedule: { period: { hours: 1 } } })).toEqual([
    "tick: the embedded endpoint does not call functions on a schedule.",
  ]);
  expect(await create({ webhookConfig: { type: 2 } })).toEqual([
    "tick: the embedded endpoint does not serve web endpoints.",
  ]);
});

test("AppPublish: an equal deploy is skipped, one with other source is a new version", async () => {
  const { sdk } = await openBoth({ apps: [builtIn] });
  const first = await deploy(sdk, "tiny");
  const again = await deploy(sdk, "tiny");
  expect(again).toMatchObject({ appId: first.appId, functionId: first.functionId });
  expect(again.published.deployedAt).toBe(0);
  expect(again.created.handleMetadata?.definitionId).toBe(first.created.handleMetadata?.definitionId);
  const changed = await deploy(sdk, "tiny", "add", Buffer.from("def add(a, b): return a - b\n"));
  expect(changed.created.handleMetadata?.definitionId).not.toBe(first.created.handleMetadata?.definitionId);
});

test("AppRollback: an earlier version becomes a new one, by number and counted back", async () => {
  const { emulator, sdk } = await openBoth({ apps: [builtIn] });
  const { appId } = await emulator.publish("tiny");
  await sdk.cpClient.appRollback({ appId, version: 1 });
  await sdk.cpClient.appRollback({ appId, version: -1 });
  const { appDeploymentHistories: history } = await sdk.cpClient.appDeploymentHistory({ appId });
  expect(history.map((each) => [each.version, each.rollbackVersion])).toEqual([
    [4, 2],
    [3, 1],
    [2, 0],
    [1, 0],
  ]);
  await expect(sdk.cpClient.appRollback({ appId, version: 9 })).rejects.toMatchObject({ code: 3 });
});

test("AppClientDisconnect: an app that was never published ends with its client, a deployed one does not", async () => {
  const { sdk } = await openBoth({ apps: [builtIn] });
  const { appId } = await sdk.cpClient.appCreate({ description: "x", appState: 6, tags: { a: "1" } });
  expect((await sdk.cpClient.appGetTags({ appId })).tags).toEqual({ a: "1" });
  await sdk.cpClient.appHeartbeat({ appId });
  await sdk.cpClient.appClientDisconnect({ appId, reason: 4 });
  expect((await sdk.cpClient.appGetLifecycle({ appId })).lifecycle).toMatchObject({ appState: 5 });
  const { appId: deployed } = await sdk.cpClient.appGetByDeploymentName({ name: "tiny" });
  await sdk.cpClient.appClientDisconnect({ appId: deployed, reason: 4 });
  expect((await sdk.cpClient.appGetLifecycle({ appId: deployed })).lifecycle).toMatchObject({ appState: 3 });
});

test("MountGetOrCreate: equal files are one mount; a file outside of the container is refused", async () => {
  const { sdk } = await openBoth();
  const { appId } = await sdk.cpClient.appCreate({ description: "x", appState: 6 });
  const first = await mountSource(sdk, appId);
  expect(first.handleMetadata?.contentChecksumSha256Hex).toMatch(/^[0-9a-f]{64}$/);
  expect((await mountSource(sdk, appId)).mountId).toBe(first.mountId);
  expect((await mountSource(sdk, appId, SOURCE, "/root/other.py")).mountId).not.toBe(first.mountId);
  await expect(mountSource(sdk, appId, SOURCE, "/root/../../etc/x")).rejects.toMatchObject({ code: 3 });
  const client = await sdk.cpClient.mountGetOrCreate({
    deploymentName: "modal-client-mount-1.5.4",
    namespace: 3,
  });
  expect(client.mountId).toMatch(/^mo-/);
});

test("SecretGetOrCreate: equal variables are one secret; a named one that is missing is told", async () => {
  const { sdk } = await openBoth();
  const make = (envDict: Record<string, string>) =>
    sdk.cpClient.secretGetOrCreate({ objectCreationType: 4, envDict });
  expect((await make({ A: "1", B: "2" })).secretId).toBe((await make({ B: "2", A: "1" })).secretId);
  expect((await make({ A: "1" })).secretId).not.toBe((await make({ A: "2" })).secretId);
  const look = (requiredKeys: string[]) =>
    sdk.cpClient.secretGetOrCreate({ deploymentName: "keys", objectCreationType: 0, requiredKeys });
  await expect(look([])).rejects.toMatchObject({ code: 5 });
  await sdk.cpClient.secretGetOrCreate({
    deploymentName: "keys",
    objectCreationType: 1,
    envDict: { A: "1" },
  });
  expect((await look(["A"])).metadata?.name).toBe("keys");
  await expect(look(["B"])).rejects.toMatchObject({ code: 3 });
});
