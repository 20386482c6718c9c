import { setTimeout as delay } from "node:timers/promises";
import { ToolError, toError } from "../errors.ts";
import type { FunctionInfo, Modal } from "../modal/modal.ts";
import { newRunId, type RunRecord } from "../runs/record.ts";
import type { RunStore } from "../runs/store.ts";
import { settleRun } from "./settle-run.ts";

/** A run that is ready to start. */
export interface ReadyRun {
  modal: Modal;
  store: RunStore;
  fn: FunctionInfo;
  /** Keyword arguments of the call. */
  makeArguments(runId: string): Record<string, unknown>;
  /** Of what makes two runs the same; see `digestOf`. */
  digest: string;
  /** Start a new run even where the same one is unfinished. */
  newRun: boolean;
  /** Makes the record that is kept before the call is spawned. */
  makeRecord(runId: string): RunRecord;
  /** How long to wait for the record of a run whose claim is there already; 2 s unless given. */
  recordWithinMs?: number | undefined;
}

const RECORD_WITHIN_MS = 2_000;
const RECORD_POLL_MS = 20;

/**
 * Spawns a run's call, or finds the unfinished run of the same digest (`reused`). The record is kept before the call is
 * spawned, so nothing that runs is ever unknown. Throws what prevents a start; such a run ends as an error in its record.
 */
export async function spawnRun(
  run: ReadyRun,
  signal: AbortSignal,
): Promise<{ record: RunRecord; reused: boolean }> {
  const runId = newRunId();
  if (!run.newRun) {
    const unfinished = await claimRun(run, runId, signal);
    if (unfinished) return { record: unfinished, reused: true };
  }
  const record = run.makeRecord(runId);
  await run.store.create(record);
  return { record: await spawn(run, record), reused: false };
}

async function claimRun(
  { modal, store, digest, recordWithinMs = RECORD_WITHIN_MS }: ReadyRun,
  runId: string,
  signal: AbortSignal,
): Promise<RunRecord | undefined> {
  const giveUpAt = Date.now() + recordWithinMs;
  for (;;) {
    const holder = await store.claim(digest, runId);
    if (holder === runId) return undefined;
    const other = await store.find(holder);
    if (other === undefined) {
      // Claim and record are a moment apart, unless the process died in between.
      if (Date.now() >= giveUpAt) return undefined;
      await delay(RECORD_POLL_MS, undefined, { signal });
      continue;
    }
    const settled = await settleRun(modal, store, other, 0, signal);
    if (settled.status === "running") return settled;
  }
}

async function spawn({ modal, store, fn, makeArguments }: ReadyRun, record: RunRecord): Promise<RunRecord> {
  let functionCallId: string | undefined;
  try {
    // Without the request's signal: a call spawned while it aborts would run on with nobody knowing its id.
    functionCallId = await modal.calls.spawn(fn, makeArguments(record.run_id));
    const started = { ...record, function_call_id: functionCallId };
    await store.save(started);
    return started;
  } catch (thrown) {
    if (functionCallId !== undefined) await modal.calls.cancel(functionCallId).catch(() => {});
    const error = toError(thrown);
    const { code, remedy } =
      thrown instanceof ToolError ? thrown : { code: "unknown", remedy: "Call `diagnose`." };
    const failed: RunRecord = {
      ...record,
      status: "error",
      finished_at: new Date().toISOString(),
      errors: [{ code, message: error.message, remedy }],
    };
    await store.save(failed);
    await store.release(record.arguments_digest, record.run_id);
    throw thrown;
  }
}
