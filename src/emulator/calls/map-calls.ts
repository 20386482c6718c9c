import { setTimeout as delay } from "node:timers/promises";
import type { DeployedFunction } from "../apps/app-records.ts";
import type { CallContext, Handler, Handlers } from "../handler.ts";
import { newId } from "../ids.ts";
import { RpcError, refuse } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";
import type { FunctionInput } from "./call-body.ts";
import { outputOf } from "./call-outputs.ts";
import { requireCall } from "./call-records.ts";
import { workOf } from "./choose-work.ts";
import { startCall } from "./running-calls.ts";

/** A call with many inputs, each of which runs as a call of its own. */
export interface MapCall {
  readonly deployed: DeployedFunction;
  /** Inputs that have ended, in the order of their ends. */
  readonly ended: { idx: number; functionCallId: string }[];
  unfinished: number;
  /** Aborted and renewed at every end. */
  news: AbortController;
}

/** modal_proto/api.proto, FunctionCallInvocationType SYNC. */
const SYNC = 4;

const MAX_OUTSTANDING = 1000;

/** So many results of 2 MiB, the largest that travel inside an answer, are well below a message's limit. */
const MAX_OUTPUTS = 20;

/**
 * Begins a call whose inputs come later, by FunctionPutInputs. Differs: it is known to this process alone and not on
 * record, where each of its inputs is as a call of its own, with its own log; one that outlives its caller is refused.
 */
export function startMap(state: EmulatorState, deployed: DeployedFunction, invocationType: number): object {
  if (invocationType !== SYNC) {
    throw new RpcError(
      "unimplemented",
      "The embedded endpoint serves no map that outlives its caller: call .map, or .spawn for each input.",
    );
  }
  const id = newId("fc");
  state.maps.set(id, { deployed, ended: [], unfinished: 0, news: new AbortController() });
  return {
    functionCallId: id,
    pipelinedInputs: [],
    functionCallJwt: id,
    maxInputsOutstanding: MAX_OUTSTANDING,
  };
}

interface PutInputsRequest {
  functionCallId: string;
  inputs: { idx: number; input?: FunctionInput }[];
}

async function startInput(
  state: EmulatorState,
  map: MapCall,
  idx: number,
  input: FunctionInput,
): Promise<object> {
  const { id, inputId } = await startCall(state, await workOf(state, map.deployed, input));
  map.unfinished++;
  void Promise.resolve(state.calls.get(id)?.recorded).then(() => {
    map.unfinished--;
    map.ended.push({ idx, functionCallId: id });
    const { news } = map;
    map.news = new AbortController();
    news.abort();
  });
  return { idx, inputId, inputJwt: inputId };
}

const functionPutInputs: Handler<PutInputsRequest> = async (state, request) => {
  const map = state.maps.get(request.functionCallId);
  if (map === undefined)
    throw new RpcError("notFound", "The function call that inputs are sent to is not known");
  const inputs: object[] = [];
  for (const { idx, input } of request.inputs) {
    inputs.push(await startInput(state, map, idx, input ?? refuse("an input is missing")));
  }
  return { inputs };
};

/** What is asked about the outputs of a call. */
export interface MapOutputsRequest {
  functionCallId: string;
  timeout: number;
  lastEntryId: string;
  clearOnSuccess: boolean;
}

/** The outputs that ended after the entry named last, as soon as there is one; none once the time has passed. */
export async function mapOutputs(
  state: EmulatorState,
  map: MapCall,
  request: MapOutputsRequest,
  context: CallContext,
): Promise<object> {
  const { timeout, lastEntryId, clearOnSuccess, functionCallId } = request;
  // The client has all that it wants.
  if (clearOnSuccess) {
    state.maps.delete(functionCallId);
    return { lastEntryId, numUnfinishedInputs: map.unfinished };
  }
  const from = Number(lastEntryId.split("-")[0]) || 0;
  const deadline = Date.now() + timeout * 1000;
  const gone = AbortSignal.any([context.signal, state.closing.signal]);
  while (map.ended.length <= from && Date.now() < deadline && !gone.aborted) {
    const signal = AbortSignal.any([gone, map.news.signal]);
    await delay(deadline - Date.now(), undefined, { signal, ref: false }).catch(() => {});
  }
  const ended = map.ended.slice(from, from + MAX_OUTPUTS);
  const outputs = ended.map(async ({ idx, functionCallId: id }) => {
    const record = state.calls.get(id)?.record ?? (await requireCall(state, id));
    return outputOf(state, record, idx);
  });
  return {
    idxs: ended.map(({ idx }) => idx),
    outputs: await Promise.all(outputs),
    lastEntryId: `${from + ended.length}-0`,
    numUnfinishedInputs: map.unfinished,
  };
}

/** RPCs of calls with many inputs. */
export const mapCallHandlers: Handlers = { FunctionPutInputs: functionPutInputs };
