import { EventEmitter, once } from "node:events";
import { describe, expect, test } from "vitest";
import { ToolError } from "../../src/errors.ts";
import { openRunStore, type RunStore } from "../../src/runs/store.ts";
import { planRun } from "../../src/simulation/plan.ts";
import { settleRun } from "../../src/simulation/settle-run.ts";
import { type StartRequest, startRun } from "../../src/simulation/start-run.ts";
import { catchToolError } from "../support/catch-tool-error.ts";
import { fakeModal } from "../support/fake-modal.ts";
import { planModel } from "../support/plan-model.ts";
import { runRecord } from "../support/run-records.ts";
import { runResult } from "../support/run-results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const NEVER = new AbortController().signal;

async function setUp() {
  const fake = fakeModal();
  const store = await openRunStore(await temporaryFolder());
  const model = planModel();
  const start = (
    changes: Partial<StartRequest> = {},
    inputs: Record<string, number | string> = { int_in: 5 },
  ) => {
    const request: StartRequest = {
      modal: fake.modal,
      store,
      endpoint: "embedded",
      environment: "main",
      volume: "fmi-cache-test",
      useTestVolume: true,
      fmu: { checksum: "a".repeat(64), file_name: "a.fmu", model_name: "A", fmi_version: "3.0" },
      plan: planRun(model, { inputs }),
      given: { inputs },
      returnLogs: false,
      timeoutSeconds: 60,
      newRun: false,
      ...changes,
    };
    return startRun(request, "fmi-runner", NEVER);
  };
  return { fake, store, start };
}

describe("startRun", () => {
  test("keeps the record before the call is spawned", async () => {
    const { fake, store, start } = await setUp();
    let seen: unknown;
    fake.onSpawn = async () => {
      seen = (await store.list({ limit: 9 })).map(({ status, function_call_id }) => [
        status,
        function_call_id,
      ]);
    };
    const { record, reused } = await start();
    expect(seen).toEqual([["running", undefined]]);
    expect(reused).toBe(false);
    expect(await store.find(record.run_id)).toMatchObject({ status: "running", function_call_id: "fc-1" });
  });

  test("records what was given and what applies", async () => {
    const { start } = await setUp();
    const { record } = await start({}, { temperature: "40 degC", long_in: "9223372036854775807" });
    expect(record).toMatchObject({
      app: "fmi-runner",
      volume: "fmi-cache-test",
      arguments: { inputs: { temperature: "40 degC" } },
      inputs_applied: {
        temperature: { value: 313.15, unit: "K", given: "40 degC" },
        long_in: { value: "9223372036854775807", unit: null },
      },
      units: { h: "m", v: null },
      settings: { stop_time: { value: 1 }, timeout_seconds: { value: 60 } },
    });
    expect(Date.parse(record.deadline ?? "") - Date.parse(record.created_at)).toBe(60_000);
    expect(record.warnings.join()).toContain("final values only");
  });

  test("returns the unfinished run of the same arguments", async () => {
    const { fake, start } = await setUp();
    const first = await start();
    const second = await start();
    expect(second).toEqual({ record: first.record, reused: true });
    expect(fake.spawned.size).toBe(1);
  });

  test("starts one run for requests at the same time", async () => {
    const { fake, start } = await setUp();
    const all = await Promise.all([start(), start(), start(), start()]);
    expect(fake.spawned.size).toBe(1);
    expect(new Set(all.map(({ record }) => record.run_id)).size).toBe(1);
    expect(all.filter(({ reused }) => !reused)).toHaveLength(1);
  });

  test("waits for the record of a run that has only its claim yet", async () => {
    const { fake, store, start } = await setUp();
    const events = new EventEmitter();
    const [claimed, looked] = [once(events, "claimed"), once(events, "looked")];
    const slow: RunStore = {
      ...store,
      claim: async (digest, runId) => {
        const holder = await store.claim(digest, runId);
        events.emit("claimed");
        return holder;
      },
      create: async (record) => {
        await looked;
        await store.create(record);
      },
    };
    const looking: RunStore = {
      ...store,
      find: async (runId) => {
        const found = await store.find(runId);
        events.emit("looked");
        return found;
      },
    };
    const first = start({ store: slow });
    await claimed;
    const second = await start({ store: looking });
    expect(second.reused).toBe(true);
    expect(second.record.run_id).toBe((await first).record.run_id);
    expect(fake.spawned.size).toBe(1);
  });

  test("starts another for other arguments, another volume, another environment or new_run", async () => {
    const { fake, start } = await setUp();
    const runs = [
      await start(),
      await start({}, { int_in: 6 }),
      await start({ volume: "fmi-cache" }),
      await start({ environment: "dev" }),
      await start({ newRun: true }),
    ];
    expect(runs.map(({ reused }) => reused)).toEqual([false, false, false, false, false]);
    expect(fake.spawned.size).toBe(5);
  });

  test("starts another after the first has ended, whether its end was kept or not", async () => {
    const { fake, store, start } = await setUp();
    const first = await start();
    fake.end("fc-1", { state: "success", value: runResult() });
    const second = await start();
    expect(second.reused).toBe(false);
    expect(await store.find(first.record.run_id)).toMatchObject({ status: "success", outputs: { h: 1.5 } });
    fake.end("fc-2", { state: "success", value: runResult() });
    await settleRun(fake.modal, store, second.record, 0, NEVER);
    expect((await start()).reused).toBe(false);
  });

  test("starts another where the endpoint has forgotten the first", async () => {
    const { store, start } = await setUp();
    const { record } = await start();
    await store.save({ ...record, function_call_id: "fc-gone" });
    expect((await start()).reused).toBe(false);
    expect(await store.find(record.run_id)).toMatchObject({ errors: [{ code: "not_found" }] });
  });

  test("ends as an error in its record where the call cannot be spawned, and frees the arguments", async () => {
    const { fake, store, start } = await setUp();
    fake.failSpawn = new ToolError("unavailable", "Cannot call: no answer", "Call `diagnose`.");
    expect((await catchToolError(() => start())).code).toBe("unavailable");
    expect(await store.list({ limit: 9 })).toMatchObject([
      {
        status: "error",
        errors: [{ code: "unavailable", message: "Cannot call: no answer", remedy: "Call `diagnose`." }],
      },
    ]);
    fake.failSpawn = undefined;
    expect((await start()).reused).toBe(false);
  });

  test("cancels a call whose id could not be kept", async () => {
    const { fake, store, start } = await setUp();
    const request = { store: { ...store, save: () => Promise.reject(new Error("the disk is full")) } };
    await expect(start(request)).rejects.toThrow("the disk is full");
    expect(fake.cancelled).toEqual(["fc-1"]);
  });

  test("writes nothing where the function refuses an argument", async () => {
    const { store, start } = await setUp();
    const plan = planRun(planModel(), { inputs: {}, tolerance: 1e-6 });
    expect((await catchToolError(() => start({ plan }))).code).toBe("failed_precondition");
    expect(await store.list({ limit: 9 })).toEqual([]);
  });

  test("does not wait for ever for the record of a process that died after its claim", async () => {
    const { store, start } = await setUp();
    const dead = runRecord().run_id;
    const claimed = { ...store, claim: async () => dead };
    expect((await start({ store: claimed, recordWithinMs: 20 })).reused).toBe(false);
  });
});
