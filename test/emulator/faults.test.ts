import { expect, test } from "vitest";
import { FAULTS, type FaultName } from "../../src/emulator/faults/fault-list.ts";
import { app, body, connectSdk, onEnd, openEmulator } from "./support.ts";

/** An emulator with the named faults on, whose app has the function that runners have. */
async function open(...faults: FaultName[]) {
  const apps = [
    app([body("run_fmi_simulation", async ({ kwargs }) => kwargs.value)], { name: "fmi-runner" }),
  ];
  const emulator = await openEmulator({ apps, faults });
  const { faults: bench } = emulator;
  if (bench === undefined) throw new Error("there is no bench");
  const sdk = connectSdk(emulator);
  onEnd(async () => sdk.close());
  return { emulator, bench, controlPlane: sdk.cpClient, sdk };
}

const ONCE = { retries: 0, timeoutMs: 5000 } as const;

async function spawn(sdk: Awaited<ReturnType<typeof open>>["sdk"]) {
  const fn = await sdk.functions.fromName("fmi-runner", "run_fmi_simulation");
  return fn.spawn([], { value: 7 });
}

test("an emulator has no bench unless it is asked for", async () => {
  expect((await openEmulator()).faults).toBeUndefined();
});

test("every fault says what it is", () => {
  for (const { description } of Object.values(FAULTS)) expect(description).toMatch(/^[A-Z].*\.$/);
  expect(FAULTS.container_booting.fault).toBe(false);
});

test.each([
  ["permission_denied", 7],
  ["endpoint_throttled", 8],
  ["token_expired", 16],
] as const)("%s answers every look-up with status %i", async (name, code) => {
  const { controlPlane, bench } = await open(name);
  await expect(controlPlane.volumeList({}, ONCE)).rejects.toMatchObject({ code });
  bench.clear(name);
  expect((await controlPlane.volumeList({}, ONCE)).items).toEqual([]);
});

test("endpoint_throttled makes the SDK wait as the server asks", async () => {
  const { controlPlane } = await open("endpoint_throttled");
  const waiting = controlPlane.volumeList({}, { retries: 2, signal: AbortSignal.timeout(300) });
  await expect(waiting).rejects.toThrow(/timeout|abort/i);
});

test("endpoint_slow delays the answer and gives it", async () => {
  const { controlPlane } = await open("endpoint_slow");
  const begun = performance.now();
  await controlPlane.volumeList({}, ONCE);
  expect(performance.now() - begun).toBeGreaterThan(500);
});

test.each([
  ["app_not_deployed", { appId: "", previousAppId: "" }],
  ["app_stopped", { appId: "", previousAppId: expect.stringMatching(/^ap-/) }],
] as const)("%s: the app's name leads to no live app", async (name, expected) => {
  const { controlPlane, sdk } = await open(name);
  const found = await controlPlane.appGetByDeploymentName({ name: "fmi-runner", environmentName: "main" });
  expect(found).toMatchObject(expected);
  await expect(spawn(sdk)).rejects.toThrow("not found");
});

test("function_missing: neither the look-up nor the layout has the function", async () => {
  const { controlPlane, sdk } = await open("function_missing");
  const { appId } = await controlPlane.appGetByDeploymentName({
    name: "fmi-runner",
    environmentName: "main",
  });
  expect((await controlPlane.appGetLayout({ appId })).appLayout?.functionIds).toEqual({});
  await expect(spawn(sdk)).rejects.toThrow("not found");
});

test("client_without_cbor: the SDK refuses to call", async () => {
  const { sdk } = await open("client_without_cbor");
  await expect(spawn(sdk)).rejects.toThrow("incompatible Python SDK version");
});

test("runner_outdated: the schema has the eight oldest arguments", async () => {
  const { controlPlane } = await open("runner_outdated");
  const request = { appName: "fmi-runner", objectTag: "run_fmi_simulation", environmentName: "main" };
  const { handleMetadata } = await controlPlane.functionGet(request);
  expect(handleMetadata?.functionSchema?.arguments).toHaveLength(8);
});

test.each([
  ["waiting_for_container", { backlog: 1, numTotalTasks: 0 }],
  ["container_booting", { backlog: 1, numTotalTasks: 1 }],
] as const)("%s: a call waits until the fault is cleared", async (name, stats) => {
  const { sdk, controlPlane, bench } = await open(name);
  const call = await spawn(sdk);
  const fn = await sdk.functions.fromName("fmi-runner", "run_fmi_simulation");
  expect(await controlPlane.functionGetCurrentStats({ functionId: fn.functionId })).toMatchObject(stats);
  const { functionCallInputs } = await controlPlane.functionCallFetch({
    functionId: fn.functionId,
    tail: { count: 1 },
  });
  expect(functionCallInputs[0]).toMatchObject({ status: 1, startedAt: undefined });
  bench.clear();
  expect(await call.get()).toBe(7);
});

test("container_import_error: the call ends as INIT_FAILURE with its traceback", async () => {
  const { sdk, controlPlane } = await open("container_import_error");
  const { functionCallId } = await spawn(sdk);
  const { outputs } = await controlPlane.functionGetOutputs({
    ...{ functionCallId, maxValues: 1, timeout: 5, lastEntryId: "0-0", clearOnSuccess: false },
  });
  expect(outputs[0]?.result).toMatchObject({
    status: 5,
    exception: expect.stringContaining("ModuleNotFoundError"),
    traceback: expect.stringContaining("import fmpy"),
  });
});

test("output_expired: no output comes, and none is to come", async () => {
  const { sdk, controlPlane, bench } = await open();
  const call = await spawn(sdk);
  expect(await call.get()).toBe(7);
  bench.set("output_expired");
  const reply = await controlPlane.functionGetOutputs({ functionCallId: call.functionCallId, timeout: 5 });
  expect(reply).toMatchObject({ outputs: [], numUnfinishedInputs: 0 });
});

test("the control call lists, sets and clears faults for those who have the token", async () => {
  const { emulator, bench } = await open("endpoint_slow");
  const headers = {
    "x-modal-token-id": emulator.tokenId,
    "x-modal-token-secret": emulator.tokenSecret,
  };
  const ask = (method: string, names?: unknown, as = headers) =>
    fetch(bench.url, {
      method,
      headers: as,
      ...(names === undefined ? {} : { body: JSON.stringify(names) }),
    });
  expect(bench.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/faults$/);
  await ask("PUT", ["app_stopped"]);
  expect(bench.active()).toEqual(["endpoint_slow", "app_stopped"]);
  const listed = (await (await ask("DELETE", ["endpoint_slow"])).json()) as { name: string; on: boolean }[];
  expect(listed.filter(({ on }) => on).map(({ name }) => name)).toEqual(["app_stopped"]);
  await ask("DELETE");
  expect(bench.active()).toEqual([]);
  expect((await ask("PUT", ["no_such_fault"])).status).toBe(400);
  expect((await ask("GET", undefined, { ...headers, "x-modal-token-secret": "as-wrong" })).status).toBe(401);
});
