import { expect, test } from "vitest";
import { readCallStatus } from "../../src/modal/call-status.ts";
import { fakeConnection, grpcError } from "../support/fake-connection.ts";

test("readCallStatus does without FunctionCallFetch where the server has none", async () => {
  const created = Date.now() / 1000 - 10;
  const none = { total: 0, latest: [] };
  const { connection } = fakeConnection({
    functionCallFromId: async () => ({ metadata: { appId: "ap-1", functionId: "fu-1" } }),
    functionCallGetInfo: async () => ({
      info: {
        createdAt: created,
        pendingInputs: { total: 1, latest: [{ startedAt: created + 4, finishedAt: 0 }] },
        succeededInputs: none,
        failedInputs: none,
        timeoutInputs: none,
        cancelledInputs: none,
      },
    }),
    functionCallFetch: async () => {
      throw grpcError(12);
    },
  });
  const status = await readCallStatus(connection, "fc-1");
  expect(status).toMatchObject({ status: "running", appId: "ap-1", functionId: "fu-1" });
  expect(status.queuedSeconds).toBeCloseTo(4, 1);
  expect(status.runningSeconds).toBeCloseTo(6, 0);
});

test("readCallStatus says of an unknown call which argument to correct", async () => {
  const { connection } = fakeConnection({
    functionCallFromId: async () => {
      throw grpcError(5);
    },
  });
  await expect(readCallStatus(connection, "fc-1")).rejects.toMatchObject({
    code: "not_found",
    message: expect.stringContaining("fc-1"),
    remedy: expect.stringContaining("`function_call_id`"),
  });
});
