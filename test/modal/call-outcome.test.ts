import { expect, test } from "vitest";
import { createFunctionCalls } from "../../src/modal/function-calls.ts";
import { fakeConnection } from "../support/fake-connection.ts";

const result = { status: 1, exception: "", traceback: "", data: new Uint8Array([0xf5]) };

function waitFor(output: object | undefined, numUnfinishedInputs = 0) {
  const reply = { outputs: output === undefined ? [] : [output], numUnfinishedInputs };
  const { connection } = fakeConnection({ functionGetOutputs: async () => reply });
  return createFunctionCalls(connection).wait("fc-1", 0);
}

test.each([
  [2, "failure"],
  [3, "terminated"],
  [4, "timeout"],
  [5, "init_failure"],
  [6, "internal_failure"],
  [7, "idle_timeout"],
  [8, "evicted"],
  [99, "unknown"],
])("wait tells GENERIC_STATUS %i as %s, with exception and traceback", async (status, state) => {
  const failed = { status, exception: "ValueError: x", traceback: "Traceback" };
  expect(await waitFor({ result: failed, dataFormat: 0 })).toEqual({
    state,
    exception: "ValueError: x",
    traceback: "Traceback",
  });
});

test("wait hands over what a cancelled function returned, and of a failed one nothing", async () => {
  const cancelled = { ...result, status: 3 };
  expect(await waitFor({ result: cancelled, dataFormat: 4 })).toMatchObject({
    state: "terminated",
    value: true,
  });
  expect(await waitFor({ result: cancelled, dataFormat: 1 })).not.toHaveProperty("value");
  expect(await waitFor({ result: { ...result, status: 2 }, dataFormat: 4 })).not.toHaveProperty("value");
});

test("wait tells a result that is no longer kept", async () => {
  expect(await waitFor(undefined, 0)).toMatchObject({ state: "expired" });
  expect(await waitFor(undefined, 1)).toEqual({ state: "unfinished" });
});

test("wait refuses a Python pickle in words", async () => {
  const waiting = waitFor({ result, dataFormat: 1 });
  await expect(waiting).rejects.toMatchObject({
    code: "function_failed",
    message: expect.stringContaining("pickle"),
    remedy: expect.stringContaining("`deploy_runner`"),
  });
});
