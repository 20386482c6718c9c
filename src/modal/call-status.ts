import { ToolError } from "../errors.ts";
import type { ControlPlane } from "./connect.ts";
import { toRecentCall } from "./input-status.ts";
import type { CallStatus, InputStatus, RecentCall } from "./modal.ts";
import { type Connection, request } from "./request.ts";
import { isoFromSeconds } from "./times.ts";

type CallInfo = NonNullable<Awaited<ReturnType<ControlPlane["functionCallGetInfo"]>>["info"]>;

/** How far around its creation a call's input is looked for, ms. */
const FETCH_MARGIN_MS = 10_000;
const FETCH_LIMIT = 1_000;

/**
 * What became of a function call so far: its counts, and the times of its input where the server tells them
 * (FunctionCallFetch is newer than the rest). Throws `not_found` for an id the server does not know.
 */
export async function readCallStatus(
  connection: Connection,
  functionCallId: string,
  signal?: AbortSignal,
): Promise<CallStatus> {
  const what = `look up function call ${functionCallId}`;
  const { metadata } = await request(
    connection,
    what,
    (controlPlane, rpc) => controlPlane.functionCallFromId({ functionCallId }, rpc),
    { signal },
  ).catch(explainMissing(functionCallId));
  const functionId = metadata?.functionId || undefined;
  const { info } = await request(
    connection,
    what,
    (controlPlane, rpc) =>
      controlPlane.functionCallGetInfo({ functionId: functionId ?? "", functionCallId }, rpc),
    { signal },
  );
  const input = await findInput(connection, functionId, functionCallId, info, signal);
  const started = startedSeconds(info, input);
  const status = input?.status ?? statusFromCounts(info);
  const enqueued = input?.enqueuedAt === undefined ? info?.createdAt : Date.parse(input.enqueuedAt) / 1000;
  return {
    functionCallId,
    appId: metadata?.appId || undefined,
    functionId,
    createdAt: isoFromSeconds(info?.createdAt ?? 0),
    status,
    queuedSeconds: queuedSeconds(status, enqueued, started),
    runningSeconds: runningSeconds(status, started, info, input),
  };
}

function explainMissing(functionCallId: string) {
  return (thrown: unknown): never => {
    if (!(thrown instanceof ToolError && thrown.code === "not_found")) throw thrown;
    throw new ToolError(
      "not_found",
      `Cannot find function call ${functionCallId}: this endpoint and environment know none of that id`,
      "Pass the `function_call_id` that `run_fmi_simulation` returned, with the `environment` it ran in.",
      { detail: thrown.detail, cause: thrown },
    );
  };
}

async function findInput(
  connection: Connection,
  functionId: string | undefined,
  functionCallId: string,
  info: CallInfo | undefined,
  signal?: AbortSignal,
): Promise<RecentCall | undefined> {
  if (functionId === undefined || info === undefined) return undefined;
  const createdMs = info.createdAt * 1000;
  const range = {
    since: new Date(createdMs - FETCH_MARGIN_MS),
    until: new Date(createdMs + FETCH_MARGIN_MS),
    limit: FETCH_LIMIT,
  };
  try {
    const reply = await request(
      connection,
      `look up function call ${functionCallId}`,
      (controlPlane, rpc) => controlPlane.functionCallFetch({ functionId, range }, rpc),
      { signal },
    );
    return reply.functionCallInputs.map(toRecentCall).find((call) => call.functionCallId === functionCallId);
  } catch (thrown) {
    if (thrown instanceof ToolError && thrown.code === "unimplemented") return undefined;
    throw thrown;
  }
}

function statusFromCounts(info: CallInfo | undefined): InputStatus {
  if (info === undefined) return "unknown";
  if ((info.pendingInputs?.total ?? 0) > 0)
    return (info.pendingInputs?.latest[0]?.startedAt ?? 0) > 0 ? "running" : "pending";
  if ((info.cancelledInputs?.total ?? 0) > 0) return "terminated";
  if ((info.timeoutInputs?.total ?? 0) > 0) return "timeout";
  if ((info.failedInputs?.total ?? 0) > 0) return "failure";
  return (info.succeededInputs?.total ?? 0) > 0 ? "success" : "unknown";
}

function latestInput(info: CallInfo | undefined) {
  if (info === undefined) return undefined;
  const { pendingInputs, succeededInputs, failedInputs, timeoutInputs, cancelledInputs } = info;
  const categories = [pendingInputs, succeededInputs, failedInputs, timeoutInputs, cancelledInputs];
  return categories.flatMap((category) => category?.latest ?? [])[0];
}

function startedSeconds(info: CallInfo | undefined, input: RecentCall | undefined): number | undefined {
  if (input?.startedAt !== undefined) return Date.parse(input.startedAt) / 1000;
  return latestInput(info)?.startedAt || undefined;
}

function queuedSeconds(
  status: InputStatus,
  enqueued: number | undefined,
  started: number | undefined,
): number | undefined {
  if (enqueued === undefined || enqueued === 0) return undefined;
  if (started !== undefined) return Math.max(0, started - enqueued);
  return status === "pending" ? Math.max(0, Date.now() / 1000 - enqueued) : undefined;
}

function runningSeconds(
  status: InputStatus,
  started: number | undefined,
  info: CallInfo | undefined,
  input: RecentCall | undefined,
): number | undefined {
  if (started === undefined) return status === "pending" ? 0 : undefined;
  if (status === "running") return Math.max(0, Date.now() / 1000 - started);
  if (input?.executionSeconds !== undefined) return input.executionSeconds;
  const finished = latestInput(info)?.finishedAt || undefined;
  return finished === undefined ? undefined : Math.max(0, finished - started);
}
