import { setTimeout as delay } from "node:timers/promises";
import { requireApp } from "../apps/app-records.ts";
import { findCall } from "../calls/call-records.ts";
import type { Handler, Handlers, StreamHandler } from "../handler.ts";
import { RpcError, refuse } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";
import { type TimestampMessage, toMicroseconds } from "../timestamps.ts";
import { LOG_SOURCE, type LogLine } from "./log-files.ts";
import { type Offsets, readNew } from "./log-follower.ts";
import { type LogQuery, logFilesByDay, readLogFile, readNewest } from "./log-reader.ts";

const MAX_ENTRIES = 20_000;
const FIRST_ENTRIES = 100;
const LOOK_MS = 100;

// What cancelled calls still had to say after a stop is told before the end is.
const STOP_SETTLING_S = 0.5;
const FAR_FUTURE_US = 253_402_300_000 * 1e6;

interface LogFilter {
  appId: string;
  functionId: string;
  functionCallId: string;
  taskId: string;
  sandboxId: string;
  searchText: string;
}

// A mistyped function would otherwise look like one that never printed.
async function requireFilter(state: EmulatorState, filter: LogFilter): Promise<void> {
  const { functions, deployments } = await requireApp(state, filter.appId);
  if (filter.functionId === "") return;
  const all = [functions, ...deployments.map((each) => each.functions ?? {})];
  if (all.some((each) => Object.values(each).includes(filter.functionId))) return;
  throw new RpcError("notFound", `App '${filter.appId}' has no function '${filter.functionId.slice(0, 80)}'`);
}

function queryOf(filter: LogFilter, source: number, sinceUs: number, untilUs: number): LogQuery {
  return {
    appId: filter.appId,
    functionId: filter.functionId,
    functionCallId: filter.functionCallId,
    containerId: filter.taskId,
    source,
    search: filter.searchText,
    sinceUs,
    untilUs,
  };
}

interface Range {
  since?: TimestampMessage;
  until?: TimestampMessage;
}

function rangeOf({ since, until }: Range): [number, number] {
  return [toMicroseconds(since, 0), toMicroseconds(until, FAR_FUTURE_US)];
}

function itemOf(line: LogLine): object {
  return {
    data: line.text,
    timestamp: line.us / 1e6,
    // As text: as a number it would be beyond 2^53.
    timestampNs: `${line.us}000`,
    fileDescriptor: line.source,
    functionCallId: line.functionCallId,
    inputId: line.inputId,
    containerId: line.containerId,
  };
}

/** Batches of neighbouring entries that share a container and a function, as the protocol wants them. */
function* batchesOf(lines: readonly LogLine[]): Generator<object> {
  for (let start = 0, end = 0; start < lines.length; start = end) {
    const first = lines[start] as LogLine;
    const same = (line: LogLine | undefined): boolean =>
      line?.containerId === first.containerId && line.functionId === first.functionId;
    while (end < lines.length && end - start < 500 && same(lines[end])) end++;
    yield {
      taskId: first.containerId,
      functionId: first.functionId,
      rootFunctionId: first.functionId,
      items: lines.slice(start, end).map(itemOf),
      entryId: String(lines[end - 1]?.us ?? 0),
    };
  }
}

type FetchRequest = LogFilter & Range & { limit: number; source: number };

const appFetchLogs: Handler<FetchRequest> = async (state, request) => {
  await requireFilter(state, request);
  if (request.sandboxId !== "") return { batches: [] };
  const limit = Math.min(request.limit || MAX_ENTRIES, MAX_ENTRIES);
  const query = queryOf(request, request.source, ...rangeOf(request));
  return { batches: [...batchesOf(await readNewest(state, query, limit))] };
};

type CountRequest = LogFilter & Range & { bucketSecs: number; source: number };

const appCountLogs: Handler<CountRequest> = async (state, request) => {
  await requireFilter(state, request);
  if (request.bucketSecs === 0) return refuse("bucket_secs must be at least 1");
  const query = queryOf(request, request.source, ...rangeOf(request));
  const buckets = new Map<number, { stdoutLogs: number; stderrLogs: number; systemLogs: number }>();
  const files = request.sandboxId === "" ? (await logFilesByDay(state, query)).flat() : [];
  for (const file of files) {
    for await (const line of readLogFile(file, query)) {
      const start = Math.floor(line.us / 1e6 / request.bucketSecs) * request.bucketSecs;
      const bucket = buckets.get(start) ?? { stdoutLogs: 0, stderrLogs: 0, systemLogs: 0 };
      if (line.source === LOG_SOURCE.stdout) bucket.stdoutLogs++;
      else if (line.source === LOG_SOURCE.stderr) bucket.stderrLogs++;
      else bucket.systemLogs++;
      buckets.set(start, bucket);
    }
  }
  const inOrder = [...buckets].sort(([a], [b]) => a - b);
  return {
    appId: request.appId,
    buckets: inOrder.map(([start, counts]) => ({ bucketStartAt: { seconds: start }, ...counts })),
  };
};

interface StreamRequest extends LogFilter {
  timeout: number;
  lastEntryId: string;
  fileDescriptor: number;
}

// Where a stream begins; never earlier than need be, since every look goes through the days from there.
async function firstToStream(state: EmulatorState, request: StreamRequest, query: LogQuery): Promise<number> {
  if (request.lastEntryId !== "") return (Number(request.lastEntryId) || 0) + 1;
  const call = await findCall(state, request.functionCallId);
  if (call !== undefined) return Math.floor(call.createdAt) * 1e6;
  return (await readNewest(state, query, FIRST_ENTRIES))[0]?.us ?? Date.now() * 1000;
}

/**
 * Streams entries until the timeout; a client comes again with the last entry's id.
 * Differs: without such an id it begins with the call's first entry, or the app's newest 100; container states
 * are not told.
 */
const appGetLogs: StreamHandler<StreamRequest> = async function* (state, request, context) {
  await requireFilter(state, request);
  const timeoutMs = request.timeout > 0 ? request.timeout * 1000 : 55_000;
  const deadline = Date.now() + timeoutMs;
  const signal = AbortSignal.any([context.signal, state.closing.signal]);
  const query = queryOf(request, request.fileDescriptor, 0, FAR_FUTURE_US);
  query.sinceUs = await firstToStream(state, request, query);
  const offsets: Offsets = new Map();
  while (!signal.aborted) {
    const last = Date.now() >= deadline;
    yield* batchesOf(await readNew(state, query, offsets));
    const { stoppedAt } = await requireApp(state, request.appId);
    const settled = stoppedAt !== undefined && Date.now() / 1000 > stoppedAt + STOP_SETTLING_S;
    if (settled) return yield { appDone: true };
    if (last) return;
    await delay(Math.max(0, Math.min(LOOK_MS, deadline - Date.now())), undefined, { signal }).catch(() => {});
  }
};

/** RPCs of logs. */
export const logHandlers: Handlers = {
  AppFetchLogs: appFetchLogs,
  AppCountLogs: appCountLogs,
  AppGetLogs: appGetLogs,
};
