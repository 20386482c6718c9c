import { expect, test } from "vitest";
import { ToolError } from "../../src/errors.ts";
import { request, stream } from "../../src/modal/request.ts";
import { fakeConnection, grpcError } from "../support/fake-connection.ts";

const never = () => new Promise<never>(() => undefined);

test("request passes a signal, a time limit and the number of repetitions on", async () => {
  const { connection } = fakeConnection({});
  const seen = await request(connection, "x", async (_, options) => options, { timeoutMs: 5, retries: 0 });
  expect(seen).toMatchObject({ signal: expect.any(AbortSignal), timeoutMs: 5, retries: 0 });
});

test("request ends at once when its signal aborts, even where the SDK never does", async () => {
  const { connection } = fakeConnection({});
  const abort = new AbortController();
  const asking = request(connection, "wait for it", never, { signal: abort.signal });
  abort.abort();
  await expect(asking).rejects.toMatchObject({
    code: "cancelled",
    message: expect.stringContaining("wait for it"),
  });
});

test("request rejects with the caller's own reason where that is a ToolError", async () => {
  const { connection } = fakeConnection({});
  const reason = new ToolError("timed_out", "too late", "Call again.");
  await expect(request(connection, "x", never, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test("request ends when the connection is closed", async () => {
  const { connection, close } = fakeConnection({});
  const asking = request(connection, "x", never);
  close();
  await expect(asking).rejects.toMatchObject({ code: "cancelled" });
});

test("stream tries again where nothing has come yet", async () => {
  const { connection } = fakeConnection({});
  let opened = 0;
  const messages: number[] = [];
  for await (const message of stream(connection, "x", async function* () {
    if (++opened < 3) throw grpcError(14);
    yield* [1, 2];
  }))
    messages.push(message);
  expect([opened, messages]).toEqual([3, [1, 2]]);
});

test("stream does not repeat what has come", async () => {
  const { connection } = fakeConnection({});
  const messages: number[] = [];
  const reading = (async () => {
    for await (const message of stream(connection, "x", async function* () {
      yield 1;
      throw grpcError(14);
    }))
      messages.push(message);
  })();
  await expect(reading).rejects.toMatchObject({ code: "unavailable" });
  expect(messages).toEqual([1]);
});
