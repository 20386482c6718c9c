import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { newRunId } from "../../src/runs/record.ts";
import { openRunStore } from "../../src/runs/store.ts";
import { findUnfinished } from "../../src/runs/unfinished.ts";
import { runRecord } from "../support/run-records.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function setUp() {
  const store = await openRunStore(await temporaryFolder());
  const reads: string[] = [];
  const find = (runId: string) => {
    reads.push(runId);
    return store.find(runId);
  };
  return { store, reads, unfinished: findUnfinished({ folder: store.folder, find }) };
}

test("list finds unfinished runs, newest first, and reads ended ones once", async () => {
  const { store, reads, unfinished } = await setUp();
  const ended = runRecord({ status: "success" });
  const first = runRecord({ created_at: "2026-11-01T00:00:00.000Z" });
  const second = runRecord({ created_at: "2026-11-02T00:00:00.000Z" });
  for (const record of [ended, first, second]) await store.create(record);
  const ids = async () => (await unfinished.list()).map((record) => record.run_id);
  expect(await ids()).toEqual([second.run_id, first.run_id]);
  await store.save({ ...first, status: "error" });
  expect(await ids()).toEqual([second.run_id]);
  expect(await ids()).toEqual([second.run_id]);
  expect(reads.filter((id) => id === ended.run_id)).toHaveLength(1);
  expect(reads.filter((id) => id === first.run_id)).toHaveLength(2);
});

test("list finds runs that another process has started since", async () => {
  const { store, unfinished } = await setUp();
  expect(await unfinished.list()).toEqual([]);
  const later = runRecord();
  await store.create(later);
  expect((await unfinished.list()).map((record) => record.run_id)).toEqual([later.run_id]);
});

test("list passes over damaged records, and runs whose result Modal has dropped", async () => {
  const { store, unfinished } = await setUp();
  await writeFile(store.recordPath(newRunId()), "{");
  await store.create(runRecord({ run_id: newRunId(new Date(Date.now() - 10 * 86_400_000)) }));
  expect(await unfinished.list()).toEqual([]);
});
