import type { FunctionInfo, Modal } from "../modal/modal.ts";
import { digestOf } from "../runs/digest.ts";
import type { JsonValue, RunRecord } from "../runs/record.ts";
import type { RunStore } from "../runs/store.ts";
import { callArguments } from "./call-arguments.ts";
import { toJsonValue } from "./json-values.ts";
import type { RunPlan } from "./plan.ts";
import { spawnRun } from "./spawn-run.ts";

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
  /** What {@link findRunFunction} gives, if it was asked for already: looking takes as long as finding the FMU. */
  fn?: Promise<FunctionInfo> | undefined;
  /** As `spawnRun` has it. */
  recordWithinMs?: number | undefined;
}

/** Name of the function that simulates. */
const RUN_FUNCTION = "run_fmi_simulation";

/** As it was last found, by endpoint and app. */
const lastFound = new WeakMap<Modal, Map<string, FunctionInfo>>();

/** Looks up the function that simulates. A rejection may be left alone until the run is started, or for good. */
export function findRunFunction(modal: Modal, app: string, signal: AbortSignal): Promise<FunctionInfo> {
  const fn = modal.functions.get(app, RUN_FUNCTION, signal);
  const found = lastFound.get(modal) ?? new Map<string, FunctionInfo>();
  lastFound.set(modal, found);
  fn.then(
    (info) => found.set(app, info),
    () => found.delete(app),
  );
  return fn;
}

/** The function that simulates as {@link findRunFunction} last found it; not an older one, which a newer may have replaced. */
export function recallRunFunction(modal: Modal, app: string): FunctionInfo | undefined {
  const last = lastFound.get(modal)?.get(app);
  return last?.arguments?.includes("extras") ? last : undefined;
}

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
  const { fn, kwargs, warnings } = await prepareCall(request, app, signal);
  // A function's id tells endpoint, environment and app; the address of an embedded endpoint changes with its process.
  const digest = digestOf([request.endpoint, request.environment, fn.id, request.volume, kwargs]);
  return spawnRun(
    {
      ...{ modal, store, fn, digest, newRun: request.newRun, recordWithinMs: request.recordWithinMs },
      makeArguments: () => kwargs,
      makeRecord: (runId) =>
        newRecord(request, { app, runId, digest, warnings: [...plan.warnings, ...warnings] }),
    },
    signal,
  );
}

/** The record that a run would start with, without starting it; throws what would prevent the start. */
export async function draftRun(request: StartRequest, app: string, signal: AbortSignal): Promise<RunRecord> {
  const { warnings } = await prepareCall(request, app, signal);
  return newRecord(request, {
    app,
    runId: "dry_run",
    digest: "",
    warnings: [...request.plan.warnings, ...warnings],
  });
}

async function prepareCall(request: StartRequest, app: string, signal: AbortSignal) {
  const fn = await (request.fn ?? findRunFunction(request.modal, app, signal));
  const call = callArguments(fn, request.plan, {
    checksum: request.fmu.checksum,
    useTestVolume: request.useTestVolume,
    returnLogs: request.returnLogs,
    timeoutSeconds: request.timeoutSeconds,
  });
  return { fn, ...call };
}

function newRecord(
  request: StartRequest,
  made: { app: string; runId: string; digest: string; warnings: string[] },
): RunRecord {
  const { plan } = request;
  const discrete = discreteOutputs(plan);
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
    ...(discrete.length > 0 ? { discrete_outputs: discrete } : {}),
    ...(plan.notes && plan.notes.length > 0 ? { input_notes: [...plan.notes] } : {}),
    seconds: { queued: null, running: null },
  };
}

/** FMI 3.0, 2.4.7.4: only a floating-point variable can change between events, unless it says that it does not. */
function discreteOutputs({ description, outputVariables }: RunPlan): string[] {
  const outputs = new Set(outputVariables);
  return description.variables
    .filter(({ name, type, variability }) => {
      const isContinuous = type.startsWith("Float") && variability === "continuous";
      return outputs.has(name) && !isContinuous;
    })
    .map(({ name }) => name);
}

function settingsOf({ times, tolerance }: RunPlan, timeoutSeconds: number): Record<string, JsonValue> {
  const sourced = { ...times, tolerance };
  const entries = Object.entries(sourced).map(([name, { value, from }]) => [name, { value, from }] as const);
  return {
    ...Object.fromEntries(entries),
    timeout_seconds: { value: timeoutSeconds, from: "the run's limit" },
  };
}
