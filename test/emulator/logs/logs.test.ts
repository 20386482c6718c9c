import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ModalClient } from "modal";
import { expect, test } from "vitest";
import type { FunctionBody } from "../../../src/emulator/function-body.ts";
import { app, body, collect, gate, openBoth, temporaryFolder } from "../support.ts";

const say: FunctionBody["run"] = async ({ kwargs, log }) => {
  for (let i = 1; i <= Number(kwargs.value); i++) log(i % 2 === 1 ? "stdout" : "stderr", `line ${i}\n`);
};

async function openTalker(stateDir?: string) {
  const both = await openBoth({ apps: [app([body("say", say)])], ...(stateDir ? { stateDir } : {}) });
  const fn = await both.sdk.functions.fromName("test-app", "say");
  const { appId } = await both.sdk.cpClient.appGetByDeploymentName({ name: "test-app" });
  return { ...both, fn, appId };
}

async function fetchTexts(sdk: ModalClient, request: Parameters<ModalClient["cpClient"]["appFetchLogs"]>[0]) {
  const { batches } = await sdk.cpClient.appFetchLogs(request);
  return batches.flatMap((batch) => batch.items?.map((item) => item.data?.trim()) ?? []);
}

test("AppFetchLogs: the newest entries in time order, by limit, source, text and call", async () => {
  const { sdk, fn, appId } = await openTalker();
  const first = await fn.spawn([], { value: 3 });
  await first.get();
  await fn.remote([], { value: 5 });
  expect(await fetchTexts(sdk, { appId })).toHaveLength(8);
  expect(await fetchTexts(sdk, { appId, limit: 2 })).toEqual(["line 4", "line 5"]);
  expect(await fetchTexts(sdk, { appId, source: 2 })).toEqual(["line 2", "line 2", "line 4"]);
  expect(await fetchTexts(sdk, { appId, searchText: "line 3" })).toEqual(["line 3", "line 3"]);
  const mine = { appId, functionCallId: first.functionCallId };
  expect(await fetchTexts(sdk, mine)).toEqual(["line 1", "line 2", "line 3"]);
  expect(await fetchTexts(sdk, { appId, until: new Date(Date.now() - 60_000) })).toEqual([]);
  const { batches } = await sdk.cpClient.appFetchLogs(mine);
  expect(batches[0]).toMatchObject({ functionId: fn.functionId, taskId: expect.stringMatching(/^ta-/) });
  expect(batches[0]?.items[0]).toMatchObject({ fileDescriptor: 1, functionCallId: first.functionCallId });
  const [item] = batches[0]?.items ?? [];
  expect(Number(item?.timestampNs) / 1e9).toBeCloseTo(item?.timestamp ?? 0, 3);
  await expect(fetchTexts(sdk, { appId: "ap-0000000000000000000000" })).rejects.toMatchObject({ code: 5 });
});

test("AppFetchLogs, AppCountLogs, AppGetLogs: of a function that the app does not have, NOT_FOUND", async () => {
  const { sdk, appId, fn } = await openTalker();
  expect(await fetchTexts(sdk, { appId, functionId: fn.functionId })).toEqual([]);
  const filter = { appId, functionId: "fu-0000000000000000000000" };
  const gone = { code: 5, details: expect.stringContaining("fu-0000000000000000000000") };
  await expect(fetchTexts(sdk, filter)).rejects.toMatchObject(gone);
  await expect(sdk.cpClient.appCountLogs({ ...filter, bucketSecs: 60 })).rejects.toMatchObject(gone);
  await expect(collect(sdk.cpClient.appGetLogs({ ...filter, timeout: 0.1 }))).rejects.toMatchObject(gone);
});

test("Function_.logs: the SDK's tail and fetch, which counts first, find every line", async () => {
  const { fn } = await openTalker();
  await fn.remote([], { value: 5 });
  const tail = await collect(fn.logs.tail({ entries: 2 }));
  expect(tail.map((entry) => entry.message)).toEqual(["line 4\n", "line 5\n"]);
  const fetched = await collect(fn.logs.fetch({ since: new Date(Date.now() - 3_600_000) }));
  expect(fetched.map((entry) => entry.source)).toEqual(["stdout", "stderr", "stdout", "stderr", "stdout"]);
});

test("FunctionCall.logs: the SDK's stream gives lines as they come and ends with the call", async () => {
  const { opened, open } = gate();
  const talk: FunctionBody["run"] = async ({ log }) => {
    log("stdout", "before\n");
    await opened;
    log("stdout", "after\n");
  };
  const { sdk } = await openBoth({ apps: [app([body("talk", talk)])] });
  const call = await (await sdk.functions.fromName("test-app", "talk")).spawn();
  const messages: string[] = [];
  for await (const entry of call.logs.stream()) {
    messages.push(entry.message);
    if (entry.message === "before\n") open();
  }
  expect(messages).toEqual(["before\n", "after\n"]);
});

test("AppGetLogs: a client that comes again with the last id gets what is new, and app_done after a stop", async () => {
  const { sdk, fn, appId } = await openTalker();
  await fn.remote([], { value: 2 });
  const read = async (lastEntryId: string) =>
    collect(sdk.cpClient.appGetLogs({ appId, timeout: 0.3, lastEntryId }));
  const first = await read("");
  expect(first.flatMap((batch) => batch.items.map((item) => item.data))).toEqual(["line 1\n", "line 2\n"]);
  const lastEntryId = first.at(-1)?.entryId ?? "";
  expect(await read(lastEntryId)).toEqual([]);
  await fn.remote([], { value: 1 });
  expect((await read(lastEntryId)).flatMap((batch) => batch.items)).toHaveLength(1);
  await sdk.cpClient.appStop({ appId });
  expect((await collect(sdk.cpClient.appGetLogs({ appId, timeout: 55 }))).at(-1)).toMatchObject({
    appDone: true,
  });
});

test("AppFetchLogs: of a log of 200,000 lines, some cut short, the newest come within a few seconds", async () => {
  const stateDir = await temporaryFolder();
  const { sdk, fn, appId } = await openTalker(stateDir);
  const us = (Date.now() - 1000) * 1000;
  const stored = { source: 1, functionId: fn.functionId, inputId: "in-1", containerId: "ta-1" };
  const lines = Array.from({ length: 200_000 }, (_, i) =>
    JSON.stringify({ ...stored, us: us + i, text: `old ${i}`, functionCallId: "fc-1" }),
  );
  const folder = path.join(stateDir, "logs", appId, new Date(us / 1000).toISOString().slice(0, 10));
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "fc-1.jsonl"), `${lines.join("\n")}\n{"us":1,"te`);
  const texts = await fetchTexts(sdk, { appId, limit: 3 });
  expect(texts).toEqual(["old 199997", "old 199998", "old 199999"]);
  const { buckets } = await sdk.cpClient.appCountLogs({ appId, bucketSecs: 86_400 });
  expect(buckets.reduce((sum, bucket) => sum + Number(bucket.stdoutLogs), 0)).toBe(200_000);
});
