import { setTimeout as delay } from "node:timers/promises";
import type { Handler, Handlers, StreamHandler } from "../handler.ts";
import type { EmulatorState } from "../state.ts";

/** One value that a generator yielded, as the container serialised it; the first has index 1. */
export interface DataChunk {
  dataFormat: number;
  data?: Buffer;
  dataBlobId?: string;
  index: number | string;
}

/** What a generator's call has yielded so far. */
export interface CallData {
  readonly chunks: DataChunk[];
  /** Aborted and renewed at every value. */
  news: AbortController;
}

const HOLD_MS = 55_000;

/** So many calls' values are kept: the caller reads them while the call runs. */
const MAX_CALLS = 100;

function dataOf(state: EmulatorState, functionCallId: string): CallData {
  const there = state.callData.get(functionCallId);
  if (there !== undefined) return there;
  const data: CallData = { chunks: [], news: new AbortController() };
  state.callData.set(functionCallId, data);
  const [oldest] = state.callData.keys();
  if (state.callData.size > MAX_CALLS && oldest !== undefined) state.callData.delete(oldest);
  return data;
}

interface PutRequest {
  functionCallId: string;
  dataChunks: DataChunk[];
}

/** From a container. Differs: the values are in this process's memory, and gone with it. */
export const functionCallPutDataOut: Handler<PutRequest> = (state, request) => {
  const data = dataOf(state, request.functionCallId);
  data.chunks.push(...request.dataChunks);
  const { news } = data;
  data.news = new AbortController();
  news.abort();
  return {};
};

interface GetRequest {
  functionCallId: string;
  lastIndex: number | string;
}

/** Streams the values after an index as they come; a client that gets no end of them comes again. */
const functionCallGetDataOut: StreamHandler<GetRequest> = async function* (state, request, context) {
  const data = dataOf(state, request.functionCallId);
  const gone = AbortSignal.any([context.signal, state.closing.signal]);
  const deadline = Date.now() + HOLD_MS;
  const after = Number(request.lastIndex);
  for (let at = 0; !gone.aborted; ) {
    const signal = AbortSignal.any([gone, data.news.signal]);
    for (; at < data.chunks.length; at++) {
      const chunk = data.chunks[at];
      if (chunk !== undefined && Number(chunk.index) > after) yield chunk;
    }
    if (Date.now() >= deadline) return;
    await delay(deadline - Date.now(), undefined, { signal, ref: false }).catch(() => {});
  }
};

/** RPCs of what generators yield. */
export const callDataHandlers: Handlers = { FunctionCallGetDataOut: functionCallGetDataOut };
