import { afterAll, beforeAll, expect, test } from "vitest";
import { createFunctions } from "../../src/modal/functions.ts";
import type { Modal } from "../../src/modal/modal.ts";
import { startTestEndpoint, TEST_APP, type TestEndpoint, testFunction } from "../support/emulator.ts";
import { fakeConnection, grpcError } from "../support/fake-connection.ts";

let endpoint: TestEndpoint;
let modal: Modal;

beforeAll(async () => {
  endpoint = await startTestEndpoint([
    testFunction("echo", ["value", "extras"], async ({ kwargs }) => kwargs),
    testFunction("other", [], async () => null),
  ]);
  modal = endpoint.modal;
});

afterAll(() => endpoint.close());

test("get gives ids, argument names and whether CBOR is taken", async () => {
  const info = await modal.functions.get(TEST_APP, "echo");
  expect(info).toMatchObject({
    id: expect.stringMatching(/^fu-/),
    appId: expect.stringMatching(/^ap-/),
    appName: TEST_APP,
    name: "echo",
    arguments: ["value", "extras"],
    acceptsCbor: true,
  });
  expect((await modal.functions.get(TEST_APP, "other")).arguments).toEqual([]);
});

test("get of a function that is not there lists those that are", async () => {
  const getting = modal.functions.get(TEST_APP, "missing");
  await expect(getting).rejects.toMatchObject({
    code: "not_found",
    message: `Cannot find function "missing" in app "${TEST_APP}": the deployed app has no such function; its functions: echo, other`,
    remedy: expect.stringContaining("`deploy_runner`"),
  });
});

test("get of an app that was never deployed says so and where", async () => {
  const getting = modal.functions.get("never-app", "echo");
  await expect(getting).rejects.toMatchObject({
    code: "not_found",
    message: `Cannot find function "echo" in app "never-app": the app is not deployed in environment "main"`,
    remedy: "Deploy it with `deploy_runner`.",
  });
});

test("get of an app that was stopped says so", async () => {
  const { connection } = fakeConnection({
    functionGet: async () => {
      throw grpcError(5);
    },
    appGetByDeploymentName: async () => ({ appId: "", previousAppId: "ap-1", environmentName: "main" }),
  });
  await expect(createFunctions(connection).get("old-app", "echo")).rejects.toMatchObject({
    code: "failed_precondition",
    message: expect.stringContaining("was stopped in environment"),
    detail: "server words",
    remedy: "Deploy it with `deploy_runner`.",
  });
});

test("get reports any other failure as it is", async () => {
  const { connection } = fakeConnection({
    functionGet: async () => {
      throw grpcError(7);
    },
  });
  const getting = createFunctions(connection).get("app", "echo");
  await expect(getting).rejects.toMatchObject({ code: "permission_denied" });
});

test("stats counts backlog and containers", async () => {
  const { id } = await modal.functions.get(TEST_APP, "echo");
  expect(await modal.functions.stats(id)).toEqual({
    backlog: 0,
    runningContainers: expect.any(Number),
    runningInputs: 0,
  });
});

test("recentCalls gives the newest call first, with its times", async () => {
  const info = await modal.functions.get(TEST_APP, "echo");
  const ids: string[] = [];
  for (const value of [1, 2, 3]) {
    const id = await modal.calls.spawn(info, { value });
    await modal.calls.wait(id, 10_000);
    ids.push(id);
  }
  const calls = await modal.functions.recentCalls(info.id, 2);
  expect(calls.map((call) => call.functionCallId)).toEqual(ids.reverse().slice(0, 2));
  expect(calls[0]).toMatchObject({ status: "success", executionSeconds: expect.any(Number) });
  expect(Date.parse(calls[0]?.enqueuedAt ?? "")).toBeGreaterThan(Date.now() - 60_000);
});
