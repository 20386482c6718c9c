import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../src/runs/record.ts";
import { openRunStore } from "../../src/runs/store.ts";
import { cancelRun, settleRun } from "../../src/simulation/settle-run.ts";
import { fakeFunction, fakeModal } from "../support/fake-modal.ts";
import { runRecord } from "../support/run-records.ts";
import { floatBytes, runFacts, runResult } from "../support/run-results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const NEVER = new AbortController().signal;
const HOUR_MS = 3_600_000;

/** A spawned run that was created so long ago and may take a minute. */
async function setUp(ageMs = 0, members: Partial<RunRecord> = {}) {
  const fake = fakeModal();
  const store = await openRunStore(await temporaryFolder());
  const created = Date.now() - ageMs;
  const call = await fake.modal.calls.spawn(fakeFunction(), {});
  const record = runRecord({
    created_at: new Date(created).toISOString(),
    deadline: new Date(created + 60_000).toISOString(),
    function_call_id: call,
    units: { h: "m", m: null },
    warnings: ["of the plan"],
    ...members,
  });
  await store.create(record);
  await store.claim(record.arguments_digest, record.run_id);
  const settle = (waitMs = 0, signal = NEVER) => settleRun(fake.modal, store, record, waitMs, signal);
  return { fake, store, record, settle };
}

describe("settleRun", () => {
  test("returns a run that goes on when the time is up, and changes nothing", async () => {
    const { store, record, settle } = await setUp();
    expect(await settle(5)).toEqual(record);
    expect(await store.find(record.run_id)).toEqual(record);
  });

  test("waits for a call that another process is about to spawn", async () => {
    const { fake, store, record } = await setUp();
    const unspawned = { ...record, function_call_id: undefined };
    await store.save(unspawned);
    const settled = settleRun(fake.modal, store, unspawned, HOUR_MS, NEVER);
    await store.save(record);
    fake.end("fc-1", { state: "success", value: runResult({}) });
    expect(await settled).toMatchObject({ status: "success", function_call_id: "fc-1" });
  });

  test("a run that is over within a second is told by the runner's own time", async () => {
    const { fake, settle } = await setUp();
    fake.end("fc-1", { state: "success", value: runResult({ facts: runFacts() }) });
    expect(await settle(HOUR_MS)).toMatchObject({ seconds: { queued: null, running: runFacts().seconds } });
  });

  test("keeps the outcome as soon as the call ends", async () => {
    const { fake, store, record, settle } = await setUp(5_000);
    const settled = settle(HOUR_MS);
    fake.end("fc-1", {
      state: "success",
      value: runResult({ facts: runFacts(), messages: ["Warning: late"] }),
    });
    expect(await settled).toMatchObject({
      status: "success",
      outputs: { h: 1.5 },
      warnings: ["of the plan", "Warning: late"],
      seconds: { queued: 1, running: 2 },
      facts: { steps: 2 },
    });
    expect(await store.find(record.run_id)).toEqual(await settled);
  });

  test("returns a finished run as it is, without asking anybody", async () => {
    const { settle, record } = await setUp(0, { status: "cancelled", function_call_id: "fc-unknown" });
    expect(await settle()).toBe(record);
  });

  test("leaves the end that another process has kept meanwhile", async () => {
    const { fake, store, record, settle } = await setUp();
    const kept: RunRecord = { ...record, status: "timed_out" };
    await store.save(kept);
    fake.end("fc-1", { state: "terminated", exception: "", traceback: undefined });
    expect((await settle()).status).toBe("timed_out");
    expect((await store.find(record.run_id))?.status).toBe("timed_out");
  });

  test("frees the arguments for another run", async () => {
    const { fake, store, record, settle } = await setUp();
    fake.end("fc-1", { state: "success", value: runResult() });
    await settle();
    const next = runRecord().run_id;
    expect(await store.claim(record.arguments_digest, next)).toBe(next);
  });

  test("stops waiting when the request is cancelled, and the run goes on", async () => {
    const { fake, store, record, settle } = await setUp();
    const request = new AbortController();
    const settled = settle(HOUR_MS, request.signal);
    request.abort(new Error("the user has gone"));
    await expect(settled).rejects.toThrow("the user has gone");
    expect((await store.find(record.run_id))?.status).toBe("running");
    expect(fake.cancelled).toEqual([]);
  });

  test("ends a run that the endpoint does not know any more", async () => {
    const { settle } = await setUp(0, { function_call_id: "fc-unknown" });
    expect(await settle()).toMatchObject({ status: "error", errors: [{ code: "not_found" }] });
  });
});

describe("settleRun beyond the time limit", () => {
  test("cancels a run that has run for too long: it timed out", async () => {
    const { fake, store, record, settle } = await setUp(HOUR_MS);
    fake.status = { status: "running", queuedSeconds: 1, runningSeconds: 100 };
    const settled = await settle();
    expect(settled).toMatchObject({ status: "timed_out", errors: [{ code: "timed_out" }] });
    expect(settled.errors[0]?.message).toContain("within 60 s");
    expect(fake.cancelled).toEqual(["fc-1"]);
    expect((await store.find(record.run_id))?.status).toBe("timed_out");
  });

  test.each([
    ["had run for too long timed out", { runningSeconds: 100 }, "timed_out"],
    ["had not begun was cancelled", { runningSeconds: undefined }, "cancelled"],
    ["had been queued for most of the time was cancelled", { runningSeconds: 10 }, "cancelled"],
  ] as const)("a call that another process cancelled and that %s", async (_, times, end) => {
    const { fake, settle } = await setUp(HOUR_MS);
    fake.status = { status: "terminated", queuedSeconds: 1, ...times };
    fake.end("fc-1", { state: "terminated", exception: "", traceback: undefined });
    expect((await settle()).status).toBe(end);
    expect(fake.cancelled).toEqual([]);
  });

  test.each([
    ["is queued", { status: "pending", queuedSeconds: 3600, runningSeconds: undefined }],
    ["was queued for most of the time", { status: "running", queuedSeconds: 3590, runningSeconds: 10 }],
    ["has just ended", { status: "success", queuedSeconds: 1, runningSeconds: 3599 }],
  ] as const)("leaves a run alone that %s", async (_, status) => {
    const { fake, settle } = await setUp(HOUR_MS);
    fake.status = status;
    expect((await settle()).status).toBe("running");
    expect(fake.cancelled).toEqual([]);
  });

  test("gives a runner that ends the run itself a few seconds to say so", async () => {
    const { fake, settle } = await setUp(62_000);
    fake.status = { status: "running", queuedSeconds: 0, runningSeconds: 62 };
    expect((await settle()).status).toBe("running");
    fake.end("fc-1", {
      state: "success",
      value: runResult({ status: "error", errors: ["at 0.4 s"], facts: runFacts({ end: "timed_out" }) }),
    });
    expect(await settle()).toMatchObject({ status: "timed_out", errors: [{ message: "at 0.4 s" }] });
    expect(fake.cancelled).toEqual([]);
  });
});

describe("settleRun of a run without a call", () => {
  test("waits for the process that is about to spawn it", async () => {
    const { settle } = await setUp(1_000, { function_call_id: undefined });
    expect((await settle()).status).toBe("running");
  });

  test("ends it where that process must have died", async () => {
    const { store, record, settle } = await setUp(HOUR_MS, { function_call_id: undefined });
    expect(await settle()).toMatchObject({ status: "interrupted", errors: [{ code: "aborted" }] });
    expect((await store.find(record.run_id))?.status).toBe("interrupted");
  });
});

describe("settleRun keeps the series", () => {
  const series = (members = {}) => ({
    rows: 2,
    thinned_by: 1,
    time: floatBytes(0, 1),
    variables: {
      h: { type: "Float64", values: floatBytes(1, 0.1) },
      "m[1,2]": { type: "Float64", values: floatBytes(Number.NaN, 2) },
      x: { type: "Float64", values: floatBytes(3, 4) },
    },
    ...members,
  });

  test("as CSV with units, whatever buffer its columns lie in", async () => {
    const { fake, settle } = await setUp(0, { units: { h: "m", m: "K", x: null } });
    fake.end("fc-1", { state: "success", value: runResult({ series: series() }) });
    const { series_file, warnings } = await settle();
    expect(await readFile(series_file ?? "", "utf8")).toBe(
      'time [s],h [m],"m[1,2] [K]",x\r\n0,1,NaN,3\r\n1,0.1,2,4\r\n',
    );
    expect(warnings).toEqual(["of the plan"]);
  });

  test("as Parquet, too, where the store keeps that", async () => {
    const { fake, store, record } = await setUp();
    fake.end("fc-1", { state: "success", value: runResult({ series: series() }) });
    const settled = await settleRun(fake.modal, { ...store, keepsParquet: true }, record, 0, NEVER);
    expect(settled.parquet_file).toBe(store.filePath(record.run_id, "parquet"));
    expect((await readFile(settled.parquet_file ?? "")).subarray(0, 4).toString()).toBe("PAR1");
    expect(settled.series_file).toBe(store.seriesPath(record.run_id));
  });

  test("and says where it was thinned out", async () => {
    const { fake, settle } = await setUp();
    fake.end("fc-1", { state: "success", value: runResult({ series: series({ thinned_by: 3 }) }) });
    expect((await settle()).warnings.join()).toContain("one of every 3 recorded points");
  });

  test("or warns where it is damaged, and keeps the outcome", async () => {
    const { fake, settle } = await setUp();
    fake.end("fc-1", { state: "success", value: runResult({ series: series({ rows: 3 }) }) });
    const settled = await settle();
    expect(settled).toMatchObject({ status: "success", outputs: { h: 1.5 } });
    expect(settled.series_file).toBeUndefined();
    expect(settled.warnings.join()).toContain("could not be kept");
  });
});

describe("cancelRun", () => {
  test("cancels the call and keeps that", async () => {
    const { fake, store, record } = await setUp();
    expect(await cancelRun(fake.modal, store, record, NEVER)).toMatchObject({ status: "cancelled" });
    expect(fake.cancelled).toEqual(["fc-1"]);
    expect((await store.find(record.run_id))?.status).toBe("cancelled");
  });

  test("returns the outcome of a call that has ended already", async () => {
    const { fake, store, record } = await setUp();
    fake.end("fc-1", { state: "success", value: runResult() });
    expect(await cancelRun(fake.modal, store, record, NEVER)).toMatchObject({ status: "success" });
    expect(fake.cancelled).toEqual([]);
  });

  test("keeps cancelled even where the endpoint is slow to end the call", async () => {
    const { fake, store, record } = await setUp();
    fake.modal.calls.cancel = async () => {};
    expect(await cancelRun(fake.modal, store, record, NEVER, 20)).toMatchObject({ status: "cancelled" });
  });
});
