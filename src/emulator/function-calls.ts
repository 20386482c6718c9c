import { setTimeout as delay } from "node:timers/promises";
import { type DeployedFunction, requireFunction } from "./app-records.ts";
import { blobBytes } from "./blobs.ts";
import { builtInWork, type FunctionInput } from "./call-body.ts";
import {
  type CallRecord,
  type CallResult,
  clearOutput,
  DATA_FORMAT_CBOR,
  isCleared,
  RESULT_STATUS,
  requireCall,
  settleCall,
} from "./call-records.ts";
import type { CallWork } from "./call-work.ts";
import { definitionOf } from "./definition-records.ts";
import { findBody } from "./functions.ts";
import type { CallContext, Handler, Handlers } from "./handler.ts";
import { pythonWork } from "./python-calls.ts";
import { RpcError, refuse } from "./rpc-error.ts";
import { cancelCall, startCall } from "./running-calls.ts";
import type { EmulatorState } from "./state.ts";

const UNARY = 1;
const MAX_WAIT_S = 600;
const LOOK_MS = 100;
const PROBE_EVERY_MS = 1000;

/** Largest result that travels inside the answer (modal/_utils/blob_utils.py, MAX_OBJECT_SIZE_BYTES). */
const MAX_INLINE_BYTES = 2 * 1024 * 1024;

interface MapRequest {
  functionId: string;
  functionCallType: number;
  pipelinedInputs: { idx: number; input?: FunctionInput }[];
}

async function workOf(
  state: EmulatorState,
  deployed: DeployedFunction,
  input: FunctionInput,
): Promise<CallWork> {
  const hosted = findBody(state, deployed);
  if (hosted !== undefined) return builtInWork(state, deployed, hosted, input);
  const definition = await definitionOf(state, deployed);
  if (definition !== undefined) return pythonWork(state, deployed, definition, input);
  throw new RpcError("failedPrecondition", `Function '${deployed.name}' is not hosted by this process`);
}

/** Differs: one input per call; the `.map` family of the Python client is not served. */
const functionMap: Handler<MapRequest> = async (state, request) => {
  const deployed = await requireFunction(state, request.functionId);
  const [item, ...more] = request.pipelinedInputs;
  if (request.functionCallType !== UNARY || more.length > 0) {
    throw new RpcError("unimplemented", "The embedded endpoint takes one input per function call.");
  }
  if (item?.input === undefined) return refuse("a unary call needs its input");
  if (deployed.app.stoppedAt !== undefined) {
    throw new RpcError("failedPrecondition", `App '${deployed.app.name}' is stopped`);
  }
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
    const pause = new AbortController();
    const waitMs = live === undefined ? Math.min(LOOK_MS, left) : left;
    const time = delay(waitMs, undefined, { signal: AbortSignal.any([signal, pause.signal]) }).catch(
      () => {},
    );
    await (live === undefined ? time : Promise.race([time, live.recorded]));
    pause.abort();
  }
}

async function describeResult(state: EmulatorState, result: CallResult): Promise<object> {
  const { status, exception = "", traceback = "", data, blobId } = result;
  const serializedTb = Buffer.from(result.serializedTraceback ?? "", "base64");
  const tbLineCache = Buffer.from(result.tracebackLines ?? "", "base64");
  const plain = { status, exception, traceback, serializedTb, tbLineCache };
  if (data !== undefined) return { ...plain, data: Buffer.from(data, "base64") };
  if (blobId === undefined) return plain;
  const bytes = await blobBytes(state, blobId);
  return bytes.length > MAX_INLINE_BYTES ? { ...plain, dataBlobId: blobId } : { ...plain, data: bytes };
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
  const timeoutMs = Math.min(Math.max(0, request.timeout), MAX_WAIT_S) * 1000;
  const signal = AbortSignal.any([context.signal, state.closing.signal]);
  const record = await awaitResult(state, request.functionCallId, timeoutMs, signal);
  const lastEntryId = request.lastEntryId || "0-0";
  if (record.result === undefined) return { lastEntryId, numUnfinishedInputs: 1 };
  const outside = (request.startIdx ?? 0) > 0 || (request.endIdx ?? 0) < 0;
  if (outside || lastEntryId !== "0-0" || (await isTaken(state, record, request, context))) {
    return { lastEntryId: "1-0", numUnfinishedInputs: 0 };
  }
  const output = {
    result: await describeResult(state, record.result),
    idx: 0,
    inputId: record.inputId,
    dataFormat: record.result.dataFormat ?? DATA_FORMAT_CBOR,
    taskId: record.containerId ?? "",
    inputStartedAt: record.startedAt ?? 0,
    outputCreatedAt: record.finishedAt ?? 0,
  };
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
