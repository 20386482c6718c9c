import { setTimeout as delay } from "node:timers/promises";
import { ToolError } from "../errors.ts";
import type { CallOutcome, Modal } from "../modal/modal.ts";
import { isFinished, type RunRecord } from "../runs/record.ts";
import type { RunStore } from "../runs/store.ts";
import { keepFiles, keepSeries } from "./keep-files.ts";
import { type RunEnd, readEnd } from "./read-end.ts";

/** A runner that knows the limit ends the run itself, with what it had so far; this is how much longer we wait for it. */
const GRACE_MS = 15_000;

/** A run that is over within this is told by the runner's own time alone. */
const SHORT_RUN_MS = 1_000;

/** How often a run past its limit is looked at that is still queued. */
const OVERDUE_POLL_MS = 5_000;

/** A record without a function call is one whose process died before the call was spawned. */
const SPAWN_WITHIN_MS = 60_000;
const SPAWN_POLL_MS = 20;

/**
 * Waits up to `waitMs` for a run and returns its record as it then stands, kept: still running, or ended with outputs, series
 * and errors. A run past its limit is cancelled and ends as timed out. A finished run is returned as it is.
 */
export async function settleRun(
  modal: Modal,
  store: RunStore,
  record: RunRecord,
  waitMs: number,
  signal: AbortSignal,
): Promise<RunRecord> {
  const giveUpAt = Date.now() + waitMs;
  if (!isFinished(record) && record.function_call_id === undefined) {
    const spawned = await waitForSpawn(store, record, giveUpAt, signal);
    if (spawned.function_call_id === undefined) return settleUnspawned(store, spawned);
    return settleRun(modal, store, spawned, Math.max(0, giveUpAt - Date.now()), signal);
  }
  if (isFinished(record) || record.function_call_id === undefined) return record;
  for (;;) {
    const now = Date.now();
    const untilLimit = deadlineOf(record) + GRACE_MS - now;
    const waitFor = Math.min(Math.max(0, giveUpAt - now), untilLimit > 0 ? untilLimit : OVERDUE_POLL_MS);
    const outcome = await waitForCall(modal, record.function_call_id, waitFor, signal);
    if (outcome.state !== "unfinished") {
      // Another process may have cancelled it for its limit and not kept that yet.
      const late =
        outcome.state === "terminated" && (await isOverdue(modal, record, signal).catch(() => false));
      return finish(modal, store, record, late ? overdue(record) : readEnd(record, outcome), signal);
    }
    if (await isOverdue(modal, record, signal)) {
      await modal.calls.cancel(record.function_call_id, signal);
      return finish(modal, store, record, overdue(record), signal);
    }
    if (Date.now() >= giveUpAt) return record;
  }
}

/** A call that the endpoint does not know any more will never end there: its run must, or it would hold its arguments for ever. */
async function waitForCall(
  modal: Modal,
  functionCallId: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<CallOutcome> {
  try {
    return await modal.calls.wait(functionCallId, waitMs, signal);
  } catch (thrown) {
    if (!(thrown instanceof ToolError && thrown.code === "not_found")) throw thrown;
    return { state: "expired", exception: "", traceback: undefined };
  }
}

/** Cancels a run and keeps that, when its call has ended or `endsWithinMs` have passed. Returns a finished run as it is. */
export async function cancelRun(
  modal: Modal,
  store: RunStore,
  record: RunRecord,
  signal: AbortSignal,
  endsWithinMs = 2000,
): Promise<RunRecord> {
  const current = await settleRun(modal, store, record, 0, signal);
  if (isFinished(current) || current.function_call_id === undefined) return current;
  await modal.calls.cancel(current.function_call_id, signal);
  const settled = await settleRun(modal, store, current, endsWithinMs, signal);
  if (isFinished(settled)) return settled;
  const cancelled = readEnd(record, { state: "terminated", exception: "", traceback: undefined });
  return finish(modal, store, current, cancelled, signal);
}

/** The record once its call is spawned, or as it stands when the time is up: another process may be about to spawn it. */
async function waitForSpawn(
  store: RunStore,
  record: RunRecord,
  giveUpAt: number,
  signal: AbortSignal,
): Promise<RunRecord> {
  let current = record;
  while (current.function_call_id === undefined && !isFinished(current) && Date.now() < giveUpAt) {
    await delay(SPAWN_POLL_MS, undefined, { signal });
    current = (await store.find(record.run_id)) ?? current;
    if (Date.now() - Date.parse(record.created_at) > SPAWN_WITHIN_MS) break;
  }
  return current;
}

async function settleUnspawned(store: RunStore, record: RunRecord): Promise<RunRecord> {
  if (isFinished(record)) return record;
  if (Date.now() - Date.parse(record.created_at) < SPAWN_WITHIN_MS) return record;
  const ended: RunRecord = {
    ...record,
    status: "interrupted",
    finished_at: new Date().toISOString(),
    errors: [
      {
        code: "aborted",
        message: "The server ended before the run was handed to the endpoint",
        remedy:
          record.kind === "energyplus"
            ? "Call `run_energyplus_simulation` again to run it anew."
            : "Call `run_fmi_simulation` with `new_run: true` to run it again.",
      },
    ],
  };
  await store.save(ended);
  return ended;
}

function deadlineOf(record: RunRecord): number {
  return record.deadline === undefined ? Number.POSITIVE_INFINITY : Date.parse(record.deadline);
}

/** Whether a call has run for longer than its limit, or had when it was cancelled. Time spent waiting for a container does not count. */
async function isOverdue(modal: Modal, record: RunRecord, signal: AbortSignal): Promise<boolean> {
  if (record.function_call_id === undefined || Date.now() < deadlineOf(record) + GRACE_MS) return false;
  const { status, runningSeconds } = await modal.calls.status(record.function_call_id, signal);
  const isCancelled = status === "terminated";
  if (!isCancelled && status !== "running" && status !== "unknown") return false;
  if (runningSeconds === undefined) return !isCancelled;
  const limitMs = deadlineOf(record) - Date.parse(record.created_at) + GRACE_MS;
  return runningSeconds * 1000 >= limitMs;
}

function overdue(record: RunRecord): RunEnd {
  const limit = (deadlineOf(record) - Date.parse(record.created_at)) / 1000;
  return readEnd(record, {
    state: "timeout",
    exception: `no result within ${limit} s, so the call was cancelled`,
    traceback: undefined,
  });
}

/** Keeps how a run ended. Where another process has kept an end already, that one stands and is returned. */
async function finish(
  modal: Modal,
  store: RunStore,
  record: RunRecord,
  outcome: RunEnd,
  signal: AbortSignal,
): Promise<RunRecord> {
  const [written, files, seconds] = await Promise.all([
    keepSeries(store, record, outcome.series),
    keepFiles(store, record, outcome),
    timing(modal, record, outcome, signal),
  ]);
  const kept = await store.find(record.run_id);
  if (kept !== undefined && isFinished(kept)) return kept;
  const { status, outputs, errors, logs } = outcome;
  const ended: RunRecord = {
    ...record,
    status,
    finished_at: new Date().toISOString(),
    outputs,
    statistics: outcome.statistics ?? {},
    errors,
    warnings: [...record.warnings, ...outcome.warnings, ...written.warnings, ...files.warnings],
    seconds,
    ...(outcome.facts ? { facts: outcome.facts } : {}),
    ...(outcome.energyplus ? { energyplus: { ...record.energyplus, ...outcome.energyplus } } : {}),
    ...(outcome.stepCheck ? { step_check: outcome.stepCheck } : {}),
    ...files.kept,
    ...(written.file ? { series_file: written.file } : {}),
    ...(written.parquet ? { parquet_file: written.parquet } : {}),
    ...(logs.length > 0 ? { logs } : {}),
  };
  await store.save(ended);
  await store.release(record.arguments_digest, record.run_id);
  return ended;
}

/** How long a run waited and ran. One that is over at once waited for nothing: that is not worth the look-up. */
async function timing(
  modal: Modal,
  record: RunRecord,
  outcome: RunEnd,
  signal: AbortSignal,
): Promise<RunRecord["seconds"]> {
  const isShort = Date.now() - Date.parse(record.created_at) < SHORT_RUN_MS;
  if (isShort && outcome.facts !== undefined) return { queued: null, running: outcome.facts.seconds };
  const known = record.function_call_id
    ? await modal.calls.status(record.function_call_id, signal).catch(() => undefined)
    : undefined;
  return {
    queued: known?.queuedSeconds ?? null,
    running: known?.runningSeconds ?? outcome.facts?.seconds ?? null,
  };
}
