import { expect, test } from "vitest";
import type { Modal } from "../../src/modal/modal.ts";
import { openRunStore } from "../../src/runs/store.ts";
import { findUnfinished } from "../../src/runs/unfinished.ts";
import { settleUnfinished } from "../../src/simulation/settle-unfinished.ts";
import { fakeFunction, fakeModal } from "../support/fake-modal.ts";
import { runRecord } from "../support/run-records.ts";
import { runResult } from "../support/run-results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const NEVER = new AbortController().signal;

/** A store with as many running runs as asked for, each of a call of its own. */
async function setUp(count: number) {
  const fake = fakeModal();
  const store = await openRunStore(await temporaryFolder());
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const call = await fake.modal.calls.spawn(fakeFunction(), {});
    const deadline = new Date(Date.now() + 60_000).toISOString();
    const record = runRecord({ function_call_id: call, deadline, endpoint: "modal" });
    await store.create(record);
    ids.push(record.run_id);
  }
  const settle = (connect: () => Promise<Modal> | undefined = async () => fake.modal, signal = NEVER) =>
    settleUnfinished(store, findUnfinished(store), connect, signal);
  const statuses = () => Promise.all(ids.map(async (id) => (await store.find(id))?.status));
  return { fake, ids, settle, statuses };
}

test("settleUnfinished keeps what ended, and leaves what runs", async () => {
  const { fake, ids, settle, statuses } = await setUp(2);
  fake.end("fc-2", { state: "success", value: runResult({}) });
  expect(await settle()).toEqual([ids[1]]);
  expect(await statuses()).toEqual(["running", "success"]);
});

test("settleUnfinished goes on after a run that cannot be asked about", async () => {
  const { fake, settle, statuses } = await setUp(3);
  for (const call of ["fc-1", "fc-2", "fc-3"]) fake.end(call, { state: "success", value: runResult({}) });
  let asked = 0;
  await settle(() => {
    asked += 1;
    if (asked === 1) return undefined;
    return asked === 2 ? Promise.reject(new Error("no network")) : Promise.resolve(fake.modal);
  });
  expect((await statuses()).filter((status) => status === "success")).toHaveLength(1);
});

test("settleUnfinished stops when it is aborted", async () => {
  const { fake, settle, statuses } = await setUp(1);
  fake.end("fc-1", { state: "success", value: runResult({}) });
  await settle(undefined, AbortSignal.abort());
  expect(await statuses()).toEqual(["running"]);
});
