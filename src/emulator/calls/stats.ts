import { requireFunction } from "../apps/app-records.ts";
import { poolsOf } from "../containers/containers.ts";
import type { Handler, Handlers } from "../handler.ts";
import { fromSeconds, type TimestampMessage, toSeconds } from "../timestamps.ts";
import { type CallRecord, listCalls, listUnfinished, RESULT_STATUS } from "./call-records.ts";

const MAX_CALLS = 10_000;

interface FunctionRequest {
  functionId: string;
}

/** Differs: containers of other processes count only while they run a call. */
const functionGetCurrentStats: Handler<FunctionRequest> = async (state, request) => {
  const deployed = await requireFunction(state, request.functionId);
  const calls = (await listUnfinished(state)).filter((call) => call.functionId === deployed.id);
  const running = calls.filter((call) => call.startedAt !== undefined);
  const pools = poolsOf(state, deployed.app.id, deployed.id);
  const elsewhere = running.filter((call) => call.owner.instance !== state.instance).length;
  const here = pools.reduce((sum, pool) => sum + pool.containers.length, 0);
  const places = pools.reduce((sum, pool) => sum + pool.maxContainers, 0);
  return {
    backlog: calls.length - running.length,
    numTotalTasks: here + elsewhere,
    numRunningInputs: running.length,
    inputHeadroom: Math.max(0, places - running.length),
  };
};

/** modal_proto/api.proto, the statuses of FunctionCallFetch. */
const INPUT_STATUS: Readonly<Record<number, number>> = {
  [RESULT_STATUS.success]: 3,
  [RESULT_STATUS.failure]: 4,
  [RESULT_STATUS.timeout]: 5,
  [RESULT_STATUS.terminated]: 6,
  [RESULT_STATUS.initFailure]: 7,
  [RESULT_STATUS.internalFailure]: 8,
};

function inputOf(call: CallRecord): object {
  const { startedAt, finishedAt, result } = call;
  const unfinished = startedAt === undefined ? 1 : 2;
  return {
    functionCallId: call.id,
    enqueuedAt: fromSeconds(call.createdAt),
    ...(startedAt === undefined ? {} : { startedAt: fromSeconds(startedAt) }),
    ...(startedAt === undefined || finishedAt === undefined
      ? {}
      : { executionTimeSeconds: finishedAt - startedAt }),
    ...(call.startupSeconds === undefined ? {} : { startupTimeSeconds: call.startupSeconds }),
    containerId: call.containerId ?? "",
    status: result === undefined ? unfinished : (INPUT_STATUS[result.status] ?? 0),
  };
}

interface FetchRequest extends FunctionRequest {
  tail?: { count: number };
  range?: { since?: TimestampMessage; until?: TimestampMessage; limit: number };
}

const functionCallFetch: Handler<FetchRequest> = async (state, request) => {
  const { id } = await requireFunction(state, request.functionId);
  const { range } = request;
  const since = toSeconds(range?.since, 0);
  const until = toSeconds(range?.until, Number.POSITIVE_INFINITY);
  const limit = Math.min(range?.limit || request.tail?.count || 100, MAX_CALLS);
  return { functionCallInputs: (await listCalls(state, id, { since, until, limit })).map(inputOf) };
};

interface RangeRequest extends FunctionRequest {
  since?: TimestampMessage;
  until?: TimestampMessage;
}

/** Differs: no percentiles, and no counts of containers. */
const functionGetTimeRangeStats: Handler<RangeRequest> = async (state, request) => {
  const { id } = await requireFunction(state, request.functionId);
  const now = Date.now() / 1000;
  const since = toSeconds(request.since, now - 3600);
  const until = toSeconds(request.until, now);
  const calls = await listCalls(state, id, { since, until, limit: MAX_CALLS });
  const count = (...statuses: (number | undefined)[]): number =>
    calls.filter((call) => statuses.includes(call.result?.status)).length;
  return {
    since: fromSeconds(since),
    until: fromSeconds(until),
    inputSuccessCount: count(RESULT_STATUS.success),
    inputFailureCount: count(
      RESULT_STATUS.failure,
      RESULT_STATUS.terminated,
      RESULT_STATUS.initFailure,
      RESULT_STATUS.internalFailure,
    ),
    inputTimeoutCount: count(RESULT_STATUS.timeout),
    inputRunningAtEndCount: count(undefined),
  };
};

/** RPCs of the figures of functions. */
export const statsHandlers: Handlers = {
  FunctionGetCurrentStats: functionGetCurrentStats,
  FunctionCallFetch: functionCallFetch,
  FunctionGetTimeRangeStats: functionGetTimeRangeStats,
};
