import { setTimeout as delay } from "node:timers/promises";
import { ToolError, toError } from "../errors.ts";
import type { FunctionInfo, Modal } from "../modal/modal.ts";
import { digestOf } from "../runs/digest.ts";
import { type JsonValue, newRunId, type RunRecord } from "../runs/record.ts";
import type { RunStore } from "../runs/store.ts";
import { callArguments } from "./call-arguments.ts";
import { toJsonValue } from "./json-values.ts";
import type { RunPlan } from "./plan.ts";
import { settleRun } from "./settle-run.ts";

/** A planned run and where it goes. */
export interface StartRequest {
  modal: Modal;
  store: RunStore;
  endpoint: "modal" | "embedded";
  environment: string;
  volume: string;
  useTestVolume: boolean;
  fmu: RunRecord["fmu"];
  plan: RunPlan;
  /** As the user gave them, for the record. */
  given: Record<string, JsonValue>;
  returnLogs: boolean;
  timeoutSeconds: number;
  /** Start a new run even where the same one is unfinished. */
  newRun: boolean;
}

/** Name of the function that simulates. */
const RUN_FUNCTION = "run_fmi_simulation";

/** How long to wait for the record of a run whose claim is there already, and how often to look. */
const RECORD_WITHIN_MS = 2_000;
const RECORD_POLL_MS = 20;

/**
 * Starts a run, or finds the unfinished one of the same arguments (`reused`). The record is kept before the call is
 * spawned, so nothing that runs is ever unknown. Throws what prevents a start; such a run ends as an error in its record.
 */
export async function startRun(
  request: StartRequest,
  app: string,
  signal: AbortSignal,
): Promise<{ record: RunRecord; reused: boolean }> {
  const { modal, store, plan } = request;
  const fn = await modal.functions.get(app, RUN_FUNCTION, signal);
  const { kwargs, warnings } = callArguments(fn, plan, {
    checksum: request.fmu.checksum,
    useTestVolume: request.useTestVolume,
    returnLogs: request.returnLogs,
    timeoutSeconds: request.timeoutSeconds,
  });
  const runId = newRunId();
  // The same arguments on another endpoint, in another environment or by another deployment are another run.
  const digest = digestOf([request.endpoint, modal.url, request.environment, request.volume, fn.id, kwargs]);
  if (!request.newRun) {
    const unfinished = await claimRun(request, digest, runId, signal);
    if (unfinished) return { record: unfinished, reused: true };
  }
  const record = newRecord(request, { app, runId, digest, warnings: [...plan.warnings, ...warnings] });
  await store.create(record);
  return { record: await spawn(request, record, fn, kwargs), reused: false };
}

async function claimRun(
  { modal, store }: StartRequest,
  digest: string,
  runId: string,
  signal: AbortSignal,
): Promise<RunRecord | undefined> {
  const giveUpAt = Date.now() + RECORD_WITHIN_MS;
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

function newRecord(
  request: StartRequest,
  made: { app: string; runId: string; digest: string; warnings: string[] },
): RunRecord {
  const { plan } = request;
  const now = Date.now();
  return {
    run_id: made.runId,
    created_at: new Date(now).toISOString(),
    deadline: new Date(now + request.timeoutSeconds * 1000).toISOString(),
    status: "running",
    function_call_id: undefined,
    app: made.app,
    function: RUN_FUNCTION,
    endpoint: request.endpoint,
    environment: request.environment,
    volume: request.volume,
    fmu: request.fmu,
    arguments: request.given,
    arguments_digest: made.digest,
    settings: settingsOf(plan, request.timeoutSeconds),
    inputs_applied: Object.fromEntries(
      Object.entries(plan.inputsApplied).map(([name, { value, ...rest }]) => [
        name,
        { value: toJsonValue(value), ...rest },
      ]),
    ),
    outputs: {},
    units: plan.units,
    statistics: {},
    errors: [],
    warnings: made.warnings,
    seconds: { queued: null, running: null },
  };
}

function settingsOf({ times, tolerance }: RunPlan, timeoutSeconds: number): Record<string, JsonValue> {
  const sourced = { ...times, tolerance };
  const entries = Object.entries(sourced).map(([name, { value, from }]) => [name, { value, from }] as const);
  return {
    ...Object.fromEntries(entries),
    timeout_seconds: { value: timeoutSeconds, from: "the run's limit" },
  };
}

async function spawn(
  { modal, store }: StartRequest,
  record: RunRecord,
  fn: FunctionInfo,
  kwargs: Record<string, unknown>,
): Promise<RunRecord> {
  let functionCallId: string | undefined;
  try {
    // Without the request's signal: a call spawned while it aborts would run on with nobody knowing its id.
    functionCallId = await modal.calls.spawn(fn, kwargs);
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
