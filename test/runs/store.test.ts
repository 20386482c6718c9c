import { readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRedactor } from "../../src/redact.ts";
import { newRunId } from "../../src/runs/record.ts";
import { openRunStore } from "../../src/runs/store.ts";
import { runRecord } from "../support/run-records.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const DIGEST = "d".repeat(64);

test("openRunStore creates a private folder with private files", async () => {
  const folder = join(await temporaryFolder(), "a", "runs");
  const store = await openRunStore(folder);
  const record = runRecord();
  await store.create(record);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, `${record.run_id}.json`))).mode & 0o777).toBe(0o600);
});

test("find returns what create and save kept, in another process too", async () => {
  const folder = await temporaryFolder();
  const store = await openRunStore(folder);
  const record = runRecord({ outputs: { h: 1.5, name: "x", list: [1, null] } });
  await store.create(record);
  await store.save({ ...record, status: "success", finished_at: "2031-01-01T00:00:00.000Z" });
  const other = await openRunStore(folder);
  expect(await other.find(record.run_id)).toMatchObject({ status: "success", outputs: record.outputs });
  expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
});

test("create refuses a run id that is taken", async () => {
  const store = await openRunStore(await temporaryFolder());
  const record = runRecord();
  const results = await Promise.allSettled([
    store.create(record),
    store.create(record),
    store.create(record),
  ]);
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  await expect(store.create(record)).rejects.toMatchObject({ code: "already_exists" });
});

test.each(["../evil", "run-20310203-abcdefghij/../x", "", "con"])(
  "a run id %j writes nothing",
  async (runId) => {
    const folder = await temporaryFolder();
    const store = await openRunStore(join(folder, "runs"));
    await expect(store.save(runRecord({ run_id: runId }))).rejects.toMatchObject({
      code: "invalid_argument",
    });
    await expect(store.create(runRecord({ run_id: runId }))).rejects.toMatchObject({
      code: "invalid_argument",
    });
    expect(() => store.seriesPath(runId)).toThrow("run id");
    expect(await store.find(runId)).toBeUndefined();
    expect(await readdir(folder)).toEqual(["runs"]);
    expect(await readdir(join(folder, "runs"))).toEqual([]);
  },
);

test("find reports a damaged record, and list leaves it out", async () => {
  const store = await openRunStore(await temporaryFolder());
  const [good, bad] = [runRecord(), runRecord()];
  await store.create(good);
  for (const text of ["{", "null", "{}"]) {
    await writeFile(join(store.folder, `${bad.run_id}.json`), text);
    await expect(store.find(bad.run_id)).rejects.toMatchObject({ code: "data_loss" });
    expect((await store.list({ limit: 9 })).map((record) => record.run_id)).toEqual([good.run_id]);
  }
});

test("list is newest first, over days and within one, and can be narrowed to a status", async () => {
  const store = await openRunStore(await temporaryFolder());
  const times = ["2031-01-02T10:00:00.000Z", "2031-01-01T12:00:00.000Z", "2031-01-02T09:00:00.000Z"];
  for (const time of times)
    await store.create(runRecord({ run_id: newRunId(new Date(time)), created_at: time, status: "success" }));
  await store.create(runRecord({ run_id: newRunId(new Date(0)), created_at: new Date(0).toISOString() }));
  const listed = async (limit: number) => (await store.list({ limit })).map((record) => record.created_at);
  expect(await listed(2)).toEqual([times[0], times[2]]);
  expect(await listed(3)).toEqual([times[0], times[2], times[1]]);
  expect(await store.list({ limit: 9, status: "running" })).toHaveLength(1);
});

test("create keeps no secret", async () => {
  const store = await openRunStore(await temporaryFolder(), createRedactor(['s"cret']));
  const record = runRecord({
    warnings: ['the s"cret is out'],
    arguments: { note: "ak-abcdefghijklmnopqrst" },
  });
  await store.create(record);
  const text = await readFile(join(store.folder, `${record.run_id}.json`), "utf8");
  expect(text).not.toMatch(/cret|ak-abc/);
  expect(JSON.parse(text).warnings).toEqual(["the [redacted] is out"]);
});

test("claim has one winner among many stores, round after round", async () => {
  const folder = await temporaryFolder();
  const stores = await Promise.all(Array.from({ length: 8 }, () => openRunStore(folder)));
  for (let round = 0; round < 20; round++) {
    const records = stores.map(() => runRecord());
    const holders = await Promise.all(
      stores.map((store, index) => store.claim(DIGEST, records[index]!.run_id)),
    );
    expect(new Set(holders).size).toBe(1);
    const winner = records.find((record) => record.run_id === holders[0])!;
    expect(winner).toBeDefined();
    await stores[0]!.create({ ...winner, status: "success" });
  }
  expect(await readdir(join(folder, "claims", DIGEST))).toHaveLength(1);
});

test("claim returns the unfinished run until it has finished", async () => {
  const store = await openRunStore(await temporaryFolder());
  const [first, second] = [runRecord(), runRecord()];
  expect(await store.claim(DIGEST, first.run_id)).toBe(first.run_id);
  expect(await store.claim(DIGEST, first.run_id)).toBe(first.run_id);
  await store.create(first);
  expect(await store.claim(DIGEST, second.run_id)).toBe(first.run_id);
  await store.save({ ...first, status: "error" });
  expect(await store.claim(DIGEST, second.run_id)).toBe(second.run_id);
});

test("claim takes over from a process that died before it kept a record", async () => {
  const store = await openRunStore(await temporaryFolder());
  const [dead, alive] = [newRunId(), newRunId()];
  await store.claim(DIGEST, dead);
  expect(await store.claim(DIGEST, alive)).toBe(dead);
  await utimes(join(store.folder, "claims", DIGEST, "1"), 1, 1);
  expect(await store.claim(DIGEST, alive)).toBe(alive);
});

test("release frees a digest that the run holds, and no other", async () => {
  const store = await openRunStore(await temporaryFolder());
  const [first, second] = [newRunId(), newRunId()];
  await store.release(DIGEST, first);
  await store.claim(DIGEST, first);
  await store.release(DIGEST, second);
  expect(await store.claim(DIGEST, second)).toBe(first);
  await store.release(DIGEST, first);
  expect(await store.claim(DIGEST, second)).toBe(second);
});

test("claim refuses a digest or run id that could leave the folder", async () => {
  const store = await openRunStore(await temporaryFolder());
  await expect(store.claim("../x", newRunId())).rejects.toMatchObject({ code: "internal" });
  await expect(store.claim(DIGEST, "../x")).rejects.toMatchObject({ code: "invalid_argument" });
});
