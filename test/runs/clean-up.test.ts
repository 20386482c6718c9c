import { readdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cleanUpRuns } from "../../src/runs/clean-up.ts";
import type { RunStatus } from "../../src/runs/record.ts";
import { openRunStore } from "../../src/runs/store.ts";
import { runRecord } from "../support/run-records.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-11-23T12:00:00Z");

async function setUp() {
  const store = await openRunStore(await temporaryFolder());
  return {
    store,
    /** Keeps a run whose files of 100 bytes each are so many days old. */
    async add(days: number, status: RunStatus = "success", endings: string[] = ["csv"]): Promise<string> {
      const record = runRecord({ status });
      await store.create(record);
      for (const ending of endings) {
        const path = join(store.folder, `${record.run_id}.${ending}`);
        await writeFile(path, "x".repeat(100));
        await utimes(path, new Date(), new Date(NOW - days * DAY_MS));
      }
      return record.run_id;
    },
    clean: (keeping: { days?: number; bytes?: number }) =>
      cleanUpRuns(store, { days: 90, bytes: 1e9, ...keeping }, NOW),
    files: async () =>
      (await readdir(store.folder)).filter((name) => /^run-.*(?<!\.json)$/.test(name)).sort(),
  };
}

test("cleanUpRuns removes all files of old runs but their records", async () => {
  const { store, add, clean, files } = await setUp();
  const old = await add(91, "success", ["csv", "plot.png", "state", "debug.csv"]);
  const young = await add(89);
  expect(await clean({ days: 90 })).toEqual({ runs: 1, bytes: 400 });
  expect(await files()).toEqual([`${young}.csv`]);
  expect((await store.find(old))?.status).toBe("success");
});

test("cleanUpRuns removes the oldest runs first until the rest fits", async () => {
  const { add, clean, files } = await setUp();
  const [, second, third] = [await add(3), await add(2), await add(1)];
  expect(await clean({ bytes: 200 })).toEqual({ runs: 1, bytes: 100 });
  expect(await files()).toEqual([`${second}.csv`, `${third}.csv`].sort());
  expect(await clean({ bytes: 0 })).toEqual({ runs: 2, bytes: 200 });
});

test("cleanUpRuns leaves unfinished runs and files just written", async () => {
  const { add, clean, files } = await setUp();
  const running = await add(200, "running", ["csv.1234.tmp"]);
  const written = await add(0);
  expect(await clean({ days: 1, bytes: 0 })).toEqual({ runs: 0, bytes: 0 });
  expect(await files()).toEqual([`${running}.csv.1234.tmp`, `${written}.csv`].sort());
});

test("cleanUpRuns removes files whose record is gone", async () => {
  const { store, add, clean, files } = await setUp();
  const orphan = await add(100);
  await rm(store.recordPath(orphan));
  await clean({});
  expect(await files()).toEqual([]);
});

test("cleanUpRuns touches nothing that is no file of a run", async () => {
  const { store, clean } = await setUp();
  const other = join(store.folder, "notes.csv");
  await writeFile(other, "x");
  await utimes(other, new Date(), new Date(NOW - 1000 * DAY_MS));
  expect(await clean({ bytes: 0 })).toEqual({ runs: 0, bytes: 0 });
});

test("cleanUpRuns in two processes at a time removes no more than one would", async () => {
  const { add, clean, files } = await setUp();
  for (let days = 1; days <= 20; days++) await add(days);
  await Promise.all([clean({ bytes: 1000 }), clean({ bytes: 1000 }), clean({ bytes: 1000 })]);
  expect(await files()).toHaveLength(10);
});
