import { afterAll, beforeAll, expect, test } from "vitest";
import type { LogEntry, LogFilter, Modal } from "../../src/modal/modal.ts";
import { startTestEndpoint, TEST_APP, type TestEndpoint, testFunction } from "../support/emulator.ts";

let endpoint: TestEndpoint;
let modal: Modal;
let appId: string;

beforeAll(async () => {
  endpoint = await startTestEndpoint([
    testFunction("say", ["text", "source"], async ({ kwargs, log }) => {
      log(kwargs.source === "stderr" ? "stderr" : "stdout", String(kwargs.text));
    }),
    testFunction("other", [], async ({ log }) => log("stdout", "from the other function\n")),
  ]);
  modal = endpoint.modal;
  appId = (await modal.apps.lookUp(TEST_APP)).appId ?? "";
});

afterAll(() => endpoint.close());

async function say(text: string, source = "stdout"): Promise<string> {
  const id = await modal.calls.spawn(await modal.functions.get(TEST_APP, "say"), { text, source });
  await modal.calls.wait(id, 10_000);
  return id;
}

const texts = (entries: LogEntry[]) =>
  entries.filter((entry) => entry.event === undefined).map(({ text }) => text);

test("tail gives the lines of one function call in order, with its ids", async () => {
  const functionCallId = await say("one\ntwo\nthree\n");
  const entries = await modal.logs.tail({ appId, functionCallId }, 100);
  expect(texts(entries)).toEqual(["one", "two", "three"]);
  expect(entries.at(-1)).toMatchObject({ source: "stdout", functionCallId });
  expect(Math.abs(Date.parse(entries[0]?.time ?? "") - Date.now())).toBeLessThan(60_000);
});

test("tail gives the newest lines only", async () => {
  const functionCallId = await say("one\ntwo\nthree\n");
  expect(texts(await modal.logs.tail({ appId, functionCallId }, 2))).toEqual(["two", "three"]);
});

test("tail filters by source, function and text", async () => {
  await say("plain needle\nhay\n");
  await say("bad needle\n", "stderr");
  const other = await modal.functions.get(TEST_APP, "other");
  await modal.calls.wait(await modal.calls.spawn(other, {}), 10_000);
  const tail = async (filter: Omit<LogFilter, "appId">) =>
    texts(await modal.logs.tail({ appId, ...filter }, 1_000));
  expect(await tail({ source: "stderr" })).toEqual(["bad needle"]);
  expect(await tail({ search: "needle" })).toEqual(["plain needle", "bad needle"]);
  expect(await tail({ functionId: other.id })).toEqual(["from the other function"]);
});

test("between keeps to its range", async () => {
  const before = new Date();
  const functionCallId = await say("inside\n");
  const range = { since: before, until: undefined, limit: 10 };
  expect(texts(await modal.logs.between({ appId, functionCallId }, range))).toContain("inside");
  const earlier = {
    since: new Date(before.getTime() - 60_000),
    until: new Date(before.getTime() - 1),
    limit: 10,
  };
  expect(await modal.logs.between({ appId, functionCallId }, earlier)).toEqual([]);
});

test("follow gives what is logged after it began, until its signal aborts", async () => {
  await say("before\n");
  const abort = new AbortController();
  const seen: string[] = [];
  const following = modal.logs.follow({ appId }, 30_000, abort.signal);
  await say("after one\n");
  for await (const entry of following) {
    if (entry.event !== undefined) continue;
    seen.push(entry.text);
    if (entry.text === "after one") await say("after two\n");
    if (entry.text === "after two") abort.abort();
  }
  expect(seen.filter((text) => text.startsWith("after"))).toEqual(["after one", "after two"]);
  expect(seen).not.toContain("before");
});

test("follow ends when its time has passed", async () => {
  const started = performance.now();
  for await (const _ of modal.logs.follow({ appId }, 300));
  expect(performance.now() - started).toBeLessThan(3_000);
});

test("tail of an unknown app is not_found", async () => {
  const tailing = modal.logs.tail({ appId: `ap-${"x".repeat(22)}` }, 10);
  await expect(tailing).rejects.toMatchObject({ code: "not_found" });
});
