import { expect, test } from "vitest";
import { app, body, connectSdk, openBoth, openEmulator, temporaryFolder } from "../support.ts";

const echo = body("echo", async () => 1, {
  parameters: [
    { name: "a", type: "int", hasDefault: false },
    { name: "b", type: "float", hasDefault: true },
  ],
});

test("publish: at start once per build; ids stay from restart to restart and version to version", async () => {
  const stateDir = await temporaryFolder();
  const ids: unknown[] = [];
  const versions: unknown[] = [];
  for (const version of ["1", "1", "2"]) {
    const emulator = await openEmulator({ stateDir, apps: [app([echo], { version })] });
    const sdk = connectSdk(emulator);
    const { appId, lifecycle } = await sdk.cpClient.appGetByDeploymentName({ name: "test-app" });
    const { functionId } = await sdk.cpClient.functionGet({ appName: "test-app", objectTag: "echo" });
    ids.push(`${appId} ${functionId}`);
    versions.push(lifecycle?.version);
    await emulator.close();
  }
  expect(new Set(ids).size).toBe(1);
  expect(versions).toEqual([1, 1, 2]);
});

test("publish: each call is a version of its own in the history, newest first", async () => {
  const { emulator, sdk } = await openBoth({ apps: [app([echo])] });
  const { appId, version, functions } = await emulator.publish("test-app");
  expect(version).toBe(2);
  expect(Object.keys(functions)).toEqual(["echo"]);
  const history = await sdk.cpClient.appDeploymentHistory({ appId });
  expect(history.appDeploymentHistories.map((each) => each.version)).toEqual([2, 1]);
  expect(history).toMatchObject({ productionAppVersion: 2 });
  await expect(emulator.publish("other")).rejects.toThrow('no app "other"');
});

test("AppStop: a stopped app is named as the previous one until it is published again", async () => {
  const { emulator, sdk } = await openBoth({ apps: [app([echo])] });
  const lookUp = () => sdk.cpClient.appGetByDeploymentName({ name: "test-app" });
  const { appId } = await lookUp();
  await sdk.cpClient.appStop({ appId, source: 1 });
  expect(await lookUp()).toMatchObject({ appId: "", previousAppId: appId, lifecycle: { appState: 5 } });
  await expect(sdk.cpClient.functionGet({ appName: "test-app", objectTag: "echo" })).rejects.toMatchObject({
    code: 5,
    details: expect.stringContaining("is stopped"),
  });
  const again = await emulator.publish("test-app");
  expect(await lookUp()).toMatchObject({ appId: again.appId, previousAppId: "" });
  expect((await sdk.cpClient.appList({})).apps.map((each) => each.state)).toEqual([3, 5]);
});

test("AppGetByDeploymentName: never deployed is no error, and tells the environment", async () => {
  const { sdk } = await openBoth();
  expect(await sdk.cpClient.appGetByDeploymentName({ name: "x" })).toMatchObject({
    appId: "",
    previousAppId: "",
    environmentName: "main",
  });
  await expect(sdk.cpClient.appGetOrCreate({ appName: "x" })).rejects.toMatchObject({ code: 5 });
});

test("FunctionGet: NOT_FOUND tells a missing app from a missing function", async () => {
  const { sdk } = await openBoth({ apps: [app([echo])] });
  const get = (appName: string, objectTag: string) => sdk.cpClient.functionGet({ appName, objectTag });
  await expect(get("x", "echo")).rejects.toMatchObject({
    code: 5,
    details: expect.stringContaining("never deployed"),
  });
  await expect(get("test-app", "x")).rejects.toMatchObject({
    code: 5,
    details: expect.stringContaining("echo"),
  });
  await expect(get("test-app", "toString")).rejects.toMatchObject({ code: 5 });
});

test("FunctionGet, AppGetLayout, AppGetInfo: formats, schema and ids of the functions", async () => {
  const { sdk } = await openBoth({ apps: [app([echo])] });
  const { functionId, handleMetadata } = await sdk.cpClient.functionGet({
    appName: "test-app",
    objectTag: "echo",
  });
  expect(handleMetadata).toMatchObject({ functionName: "echo", functionType: 2, supportedInputFormats: [4] });
  expect(handleMetadata?.functionSchema?.arguments).toMatchObject([
    { name: "a", type: 2, hasDefault: false },
    { name: "b", hasDefault: true },
  ]);
  const { appId } = await sdk.cpClient.appGetOrCreate({ appName: "test-app" });
  expect(appId).toMatch(/^ap-[a-zA-Z0-9]{22}$/);
  const { appLayout } = await sdk.cpClient.appGetLayout({ appId });
  expect(appLayout).toMatchObject({ functionIds: { echo: functionId }, objects: [{ objectId: functionId }] });
  expect((await sdk.cpClient.appGetInfo({ appId })).info).toMatchObject({ functions: { echo: functionId } });
  expect(await sdk.cpClient.functionGetById({ functionId })).toMatchObject({ handleMetadata: { appId } });
  expect(await sdk.cpClient.appGetLifecycle({ appId })).toMatchObject({
    lifecycle: { appState: 3, version: 1 },
  });
});
