import { afterAll, beforeAll, expect, test } from "vitest";
import { createFunctionCalls } from "../../src/modal/function-calls.ts";
import type { FunctionInfo, Modal } from "../../src/modal/modal.ts";
import { startTestEndpoint, TEST_APP, type TestEndpoint, testFunction } from "../support/emulator.ts";
import { fakeConnection, serveHttp } from "../support/fake-connection.ts";

let endpoint: TestEndpoint;
let modal: Modal;
const release: Array<() => void> = [];

beforeAll(async () => {
  endpoint = await startTestEndpoint([
    testFunction("echo", ["value"], async ({ args, kwargs }) => ({ args, ...kwargs })),
    testFunction("fail", [], async () => {
      throw new Error("the model diverged");
    }),
    testFunction("hold", [], async ({ signal }) => {
      await new Promise<void>((resolve, reject) => {
        release.push(resolve);
        signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
      });
      return "released";
    }),
    testFunction(
      "overrun",
      [],
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
        }),
      1,
    ),
    testFunction("large", [], async () => "x".repeat(3_000_000)),
    testFunction("numbers", [], async () => ({ exact: 2n ** 60n, nan: Number.NaN, list: [1.5, 3] })),
  ]);
  modal = endpoint.modal;
});

afterAll(() => endpoint.close());

const get = (name: string) => modal.functions.get(TEST_APP, name);

async function call(name: string, kwargs: Record<string, unknown> = {}) {
  return modal.calls.wait(await modal.calls.spawn(await get(name), kwargs), 20_000);
}

test("spawn and wait carry arguments and result", async () => {
  const value = { a: [1, "b", null, true], n: -0.5 };
  expect(await call("echo", { value, none: undefined })).toEqual({
    state: "success",
    value: { args: [], value },
  });
});

test("spawn keeps an integer beyond 32 bits exact", async () => {
  expect(await call("echo", { value: 2 ** 40 + 1 })).toMatchObject({ value: { value: 2 ** 40 + 1 } });
});

test("spawn sends arguments above the limit through a blob", async () => {
  const value = "y".repeat(3_000_000);
  expect(await call("echo", { value })).toMatchObject({ state: "success", value: { value } });
});

test("wait fetches a large result, and gives bigint and NaN as they are", async () => {
  expect(await call("large")).toEqual({ state: "success", value: "x".repeat(3_000_000) });
  expect(await call("numbers")).toEqual({
    state: "success",
    value: { exact: 2n ** 60n, nan: Number.NaN, list: [1.5, 3] },
  });
});

test("wait tells a failure with the exception's text", async () => {
  expect(await call("fail")).toMatchObject({
    state: "failure",
    exception: expect.stringContaining("the model diverged"),
  });
});

test("wait tells a call beyond its function's time limit", async () => {
  expect(await call("overrun")).toMatchObject({ state: "timeout" });
});

test("wait is unfinished when its time has passed, and can be repeated after the end", async () => {
  const id = await modal.calls.spawn(await get("hold"), {});
  expect(await modal.calls.wait(id, 200)).toEqual({ state: "unfinished" });
  expect(await modal.calls.status(id)).toMatchObject({ functionCallId: id, status: "running" });
  release.shift()?.();
  expect(await modal.calls.wait(id, 10_000)).toEqual({ state: "success", value: "released" });
  expect(await modal.calls.wait(id, 0)).toEqual({ state: "success", value: "released" });
  const status = await modal.calls.status(id);
  expect(status).toMatchObject({ status: "success", appId: expect.stringMatching(/^ap-/) });
  expect(status.runningSeconds).toBeGreaterThanOrEqual(0.1);
  expect(status.queuedSeconds).toBeLessThan(5);
});

test("wait ends at once when its signal aborts, and the call goes on", async () => {
  const id = await modal.calls.spawn(await get("hold"), {});
  const abort = new AbortController();
  const waiting = modal.calls.wait(id, 50_000, abort.signal);
  abort.abort();
  const started = performance.now();
  await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
  expect(performance.now() - started).toBeLessThan(500);
  expect(await modal.calls.wait(id, 0)).toEqual({ state: "unfinished" });
  await modal.calls.cancel(id);
});

test("cancel ends a call as terminated", async () => {
  const id = await modal.calls.spawn(await get("hold"), {});
  await modal.calls.cancel(id);
  expect(await modal.calls.wait(id, 10_000)).toMatchObject({ state: "terminated" });
  expect(await modal.calls.status(id)).toMatchObject({ status: "terminated" });
});

test("status of an unknown call is not_found", async () => {
  const asking = modal.calls.status("fc-00000000000000000000000000");
  await expect(asking).rejects.toMatchObject({ code: "not_found" });
});

test("spawn refuses a function that takes no CBOR", async () => {
  const old: FunctionInfo = { ...(await get("echo")), acceptsCbor: false };
  await expect(modal.calls.spawn(old, {})).rejects.toMatchObject({
    code: "failed_precondition",
    message: expect.stringContaining("old Modal client"),
    remedy: expect.stringContaining("`deploy_runner`"),
  });
});

test.each([
  ["inline up to 8 KiB", undefined, 8_000, "inline"],
  ["by blob above it", undefined, 9_000, "blob"],
  ["by the function's own limit", 100_000, 90_000, "inline"],
  ["by blob above 2 MiB, whatever the function says", 100_000_000, 3_000_000, "blob"],
])("spawn sends arguments %s", async (_, maxInlineBytes, bytes, way) => {
  const url = await serveHttp((request, response) => {
    request.resume();
    request.on("end", () => response.end());
  });
  const inputs: { args?: Uint8Array; argsBlobId?: string }[] = [];
  const { connection } = fakeConnection({
    blobCreate: async () => ({ blobId: "bl-1", blobIds: [], uploadUrl: url }),
    functionMap: async (request: { pipelinedInputs: { input: (typeof inputs)[number] }[] }) => {
      inputs.push(...request.pipelinedInputs.map(({ input }) => input));
      return { functionCallId: "fc-1" };
    },
  });
  const fn = { id: "fu-1", appName: "a", name: "f", appId: "ap-1", arguments: [], acceptsCbor: true };
  const kwargs = { value: "x".repeat(bytes) };
  expect(await createFunctionCalls(connection).spawn({ ...fn, maxInlineBytes }, kwargs)).toBe("fc-1");
  expect(inputs).toHaveLength(1);
  if (way === "blob") expect(inputs[0]).toMatchObject({ argsBlobId: "bl-1" });
  else expect(inputs[0]?.args?.length).toBeGreaterThan(bytes);
});
