import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestEndpoint, TEST_APP, type TestEndpoint, testFunction } from "../support/emulator.ts";

let endpoint: TestEndpoint;

beforeAll(async () => {
  endpoint = await startTestEndpoint([testFunction("echo", [], async () => null)]);
});

afterAll(() => endpoint.close());

test("lookUp finds a deployed app, and nothing for a name never deployed", async () => {
  const { apps } = endpoint.modal;
  expect(await apps.lookUp(TEST_APP)).toEqual({
    appId: expect.stringMatching(/^ap-[A-Za-z0-9]{22}$/),
    previousAppId: undefined,
    environment: "main",
  });
  expect(await apps.lookUp("never-app")).toEqual({
    appId: undefined,
    previousAppId: undefined,
    environment: "main",
  });
});

test("list, functions, history and containers describe the app", async () => {
  const { apps, functions } = endpoint.modal;
  const { appId = "" } = await apps.lookUp(TEST_APP);
  expect(await apps.list()).toContainEqual(
    expect.objectContaining({ id: appId, name: TEST_APP, state: "deployed" }),
  );
  const { id } = await functions.get(TEST_APP, "echo");
  expect(await apps.functions(appId)).toEqual(new Map([["echo", id]]));
  const [newest] = await apps.history(appId);
  expect(newest).toMatchObject({ version: 1, tag: "1" });
  expect(Date.parse(newest?.deployedAt ?? "")).toBeGreaterThan(Date.now() - 60_000);
  for (const container of await apps.containers(appId)) expect(container.id).toMatch(/^ta-/);
});

test("tags are those that an app was deployed with", async () => {
  const { apps } = endpoint.modal;
  const { appId = "" } = await apps.lookUp(TEST_APP);
  expect(await apps.tags(appId)).toEqual({});
  await endpoint.controlPlane.appSetTags({ appId, tags: { engine_version: "25.2.0" } });
  expect(await apps.tags(appId)).toEqual({ engine_version: "25.2.0" });
  await expect(apps.tags(`ap-${"x".repeat(22)}`)).rejects.toMatchObject({ code: "not_found" });
});

test("stop ends an app for good, and names one that there is not", async () => {
  const { apps } = endpoint.modal;
  const { appId = "" } = await endpoint.controlPlane.appCreate({
    ...{ description: "to be stopped", environmentName: "main", appState: 1, tags: {} },
  });
  await apps.stop(appId);
  expect(await apps.list()).toContainEqual(expect.objectContaining({ id: appId, state: "stopped" }));
  await expect(apps.stop(`ap-${"x".repeat(22)}`)).rejects.toMatchObject({ code: "not_found" });
});

test("functions of an unknown app is not_found", async () => {
  const reading = endpoint.modal.apps.functions(`ap-${"x".repeat(22)}`);
  await expect(reading).rejects.toMatchObject({ code: "not_found" });
});

test("whoAmI names workspace and environment", async () => {
  const identity = await endpoint.modal.whoAmI();
  expect(identity).toMatchObject({ workspace: "local", environment: "main" });
  expect(JSON.stringify(identity)).not.toContain(endpoint.tokenSecret);
});

test("whoAmI resolves the default environment, and refuses one that is not there", async () => {
  const { connectModal } = await import("../../src/modal/connect.ts");
  const { url, tokenId, tokenSecret } = endpoint;
  const whoAmI = async (environment: string) => {
    const modal = await connectModal({ url, tokenId, tokenSecret, environment, log: () => {} });
    return modal.whoAmI().finally(() => modal.close());
  };
  expect(await whoAmI("")).toMatchObject({ environment: "main" });
  await expect(whoAmI("nowhere")).rejects.toMatchObject({
    code: "not_found",
    message: expect.stringContaining('"nowhere"'),
    remedy: expect.stringContaining("`MODAL_ENVIRONMENT`"),
  });
});

test("a wrong token is unauthenticated, with where to set it, and is not shown", async () => {
  const { connectModal } = await import("../../src/modal/connect.ts");
  const lines: string[] = [];
  const modal = await connectModal({
    url: endpoint.url,
    tokenId: "ak-wrongwrong",
    tokenSecret: "as-wrongwrong",
    environment: "main",
    log: (_, message) => lines.push(message),
  });
  const asking = modal.whoAmI();
  await expect(asking).rejects.toMatchObject({
    code: "unauthenticated",
    remedy: expect.stringContaining("`MODAL_TOKEN_ID`"),
  });
  await expect(asking).rejects.not.toThrow(/wrongwrong/);
  expect(lines.join("\n")).not.toContain("wrongwrong");
});
