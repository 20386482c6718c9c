import { setTimeout as delay } from "node:timers/promises";
import { requireFunction } from "../apps/app-records.ts";
import type { CallContext, Handler, Handlers } from "../handler.ts";
import { RpcError, refuse } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";
import type { FunctionInput } from "./call-body.ts";
import { outputOf } from "./call-outputs.ts";
import {
  type CallRecord,
  clearOutput,
  isCleared,
  RESULT_STATUS,
  requireCall,
  settleCall,
} from "./call-records.ts";
import { workOf } from "./choose-work.ts";
import { mapOutputs, startMap } from "./map-calls.ts";
import { cancelCall, startCall } from "./running-calls.ts";

const UNARY = 1;
const MAX_WAIT_S = 600;
const LOOK_MS = 100;
const PROBE_EVERY_MS = 1000;

interface MapRequest {
  functionId: string;
  functionCallType: number;
  functionCallInvocationType: number;
  pipelinedInputs: { idx: number; input?: FunctionInput }[];
}

/** Differs: a call of `.map` is not on record; see {@link startMap}. */
const functionMap: Handler<MapRequest> = async (state, request) => {
  const deployed = await requireFunction(state, request.functionId);
  if (deployed.app.stoppedAt !== undefined) {
    throw new RpcError("failedPrecondition", `App '${deployed.app.name}' is stopped`);
  }
  const [item, ...more] = request.pipelinedInputs;
  if (request.functionCallType !== UNARY && item === undefined) {
    return startMap(state, deployed, request.functionCallInvocationType);
  }
  if (request.functionCallType !== UNARY || more.length > 0)
    throw new RpcError("unimplemented", "The inputs of a map come by FunctionPutInputs.");
  if (item?.input === undefined) return refuse("a unary call needs its input");
  const call = await startCall(state, await workOf(state, deployed, item.input));
  return {
    functionCallId: call.id,
    pipelinedInputs: [{ idx: item.idx, inputId: call.inputId, inputJwt: call.inputId }],
    functionCallJwt: call.id,
    maxInputsOutstanding: 1000,
  };
};

interface OutputsRequest {
  functionCallId: string;
  timeout: number;
  lastEntryId: string;
  clearOnSuccess: boolean;
  startIdx?: number;
  endIdx?: number;
}

/** The call's record once it has a result, else as it is when the time has passed or the signal aborts. */
async function awaitResult(
  state: EmulatorState,
  id: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<CallRecord> {
  const deadline = Date.now() + timeoutMs;
  let probeAt = 0;
  for (;;) {
    const live = state.calls.get(id);
    let record = live?.record ?? (await requireCall(state, id));
    if (live === undefined && record.result === undefined && Date.now() >= probeAt) {
      record = await settleCall(state, record);
      probeAt = Date.now() + PROBE_EVERY_MS;
    }
    const left = deadline - Date.now();
    if (record.result !== undefined || left <= 0 || signal.aborted) return record;
    // Its own process is told of the end; what another one runs is read again from the folder.
    if (live === undefined) await delay(Math.min(LOOK_MS, left), undefined, { signal }).catch(() => {});
    else await settlesWithin(live.recorded, left, signal);
    // A call that has ended is soon only in the folder.
    if (live?.record.result !== undefined) return live.record;
  }
}

/** Resolves when the promise does, the time has passed or the signal aborts. */
function settlesWithin(promise: Promise<void>, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve();
    };
    const timer = setTimeout(stop, ms);
    signal.addEventListener("abort", stop, { once: true });
    void promise.then(stop);
  });
}

async function isTaken(
  state: EmulatorState,
  record: CallRecord,
  request: OutputsRequest,
  context: CallContext,
): Promise<boolean> {
  if (request.clearOnSuccess && record.result?.status === RESULT_STATUS.success) {
    return !(await clearOutput(state, record.id, context.idempotencyKey));
  }
  return isCleared(state, record.id);
}

const functionGetOutputs: Handler<OutputsRequest> = async (state, request, context) => {
  const map = state.maps.get(request.functionCallId);
  if (map !== undefined) return mapOutputs(state, map, request, context);
  const timeoutMs = Math.min(Math.max(0, request.timeout), MAX_WAIT_S) * 1000;
  const signal = AbortSignal.any([context.signal, state.closing.signal]);
  const record = await awaitResult(state, request.functionCallId, timeoutMs, signal);
  const lastEntryId = request.lastEntryId || "0-0";
  if (record.result === undefined) return { lastEntryId, numUnfinishedInputs: 1 };
  const outside = (request.startIdx ?? 0) > 0 || (request.endIdx ?? 0) < 0;
  if (outside || lastEntryId !== "0-0" || (await isTaken(state, record, request, context))) {
    return { lastEntryId: "1-0", numUnfinishedInputs: 0 };
  }
  const output = await outputOf(state, record, 0);
  return { idxs: [0], outputs: [output], lastEntryId: "1-0", numUnfinishedInputs: 0 };
};

interface CallRequest {
  functionCallId: string;
}

const functionCallFromId: Handler<CallRequest> = async (state, request) => {
  const { id, appId, functionId } = await requireCall(state, request.functionCallId);
  return { functionCallId: id, numInputs: 1, metadata: { appId, functionId } };
};

const CATEGORY: Readonly<Record<number, string>> = {
  [RESULT_STATUS.success]: "succeededInputs",
  [RESULT_STATUS.timeout]: "timeoutInputs",
  [RESULT_STATUS.terminated]: "cancelledInputs",
};

const functionCallGetInfo: Handler<CallRequest> = async (state, request) => {
  const record = await settleCall(state, await requireCall(state, request.functionCallId));
  const input = {
    inputId: record.inputId,
    taskId: record.containerId ?? "",
    startedAt: record.startedAt ?? 0,
    finishedAt: record.finishedAt ?? 0,
    taskStartupTime: record.startupSeconds ?? 0,
  };
  const none = { total: 0, latest: [] };
  const { result } = record;
  const category = result === undefined ? "pendingInputs" : (CATEGORY[result.status] ?? "failedInputs");
  const info = {
    functionCallId: record.id,
    createdAt: record.createdAt,
    scheduledAt: record.startedAt ?? 0,
    totalInputs: 1,
    pendingInputs: none,
    failedInputs: none,
    succeededInputs: none,
    timeoutInputs: none,
    cancelledInputs: none,
    [category]: { total: 1, latest: [input] },
  };
  return { info };
};

/** Differs: `terminate_containers` is not read; a container here is no process. */
const functionCallCancel: Handler<CallRequest> = async (state, request) => {
  await cancelCall(state, await requireCall(state, request.functionCallId));
  return {};
};

/** RPCs of function calls. */
export const functionCallHandlers: Handlers = {
  FunctionMap: functionMap,
  FunctionGetOutputs: functionGetOutputs,
  FunctionCallFromId: functionCallFromId,
  FunctionCallGetInfo: functionCallGetInfo,
  FunctionCallCancel: functionCallCancel,
};
