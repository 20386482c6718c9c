import { setTimeout as delay } from "node:timers/promises";
import { toError } from "../../errors.ts";
import {
  acquireContainer,
  type Container,
  releaseContainer,
  takeContainer,
} from "../containers/containers.ts";
import { newId } from "../ids.ts";
import { openCallLog } from "../logs/log-files.ts";
import { cancelAtOwner, ownerOf } from "../owners.ts";
import type { EmulatorState } from "../state.ts";
import {
  addCall,
  type CallRecord,
  type CallResult,
  forgetUnfinished,
  INTERRUPTED,
  RESULT_STATUS,
  settleCall,
  updateCall,
} from "./call-records.ts";
import type { CallWork, RunningWork } from "./call-work.ts";

/** A call that this process runs or has queued. */
export interface LiveCall {
  record: CallRecord;
  /** The result given by {@link end}: resolves where the call does not end by itself. */
  first: Promise<CallResult>;
  /** Ends the call early; the first result counts. */
  end: (result: CallResult) => void;
  /** Aborted when the call was ended early. */
  signal: AbortSignal;
  /** Resolves when the result is on record. */
  recorded: Promise<void>;
  announce: () => void;
  /** Resolves when the body has returned as well. */
  settled: Promise<void>;
}

// How long a body that was aborted may keep its container.
const GRACE_MS = 10_000;

// FunctionCallCancel answers when the end is on record, and clients wait two seconds for that answer.
const LAST_WORD_MS = 1000;

// A longer one would fire at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const seconds = (): number => Date.now() / 1000;

function raceForResult(): Pick<LiveCall, "first" | "end" | "signal"> {
  const controller = new AbortController();
  let end: (result: CallResult) => void = () => {};
  const first = new Promise<CallResult>((resolve) => {
    end = (result) => {
      resolve(result);
      const reason = new Error(result.exception || "The call was cancelled");
      if (result.status === RESULT_STATUS.terminated) reason.name = "AbortError";
      controller.abort(reason);
    };
  });
  return { first, end, signal: controller.signal };
}

function limitTime(timeoutSeconds: number, end: (result: CallResult) => void): NodeJS.Timeout {
  const exception = `Task's current input hit its timeout of ${timeoutSeconds}s`;
  const timeoutMs = Math.min(timeoutSeconds * 1000, LONGEST_TIMER_MS);
  const timer = setTimeout(() => end({ status: RESULT_STATUS.timeout, exception }), timeoutMs);
  timer.unref();
  return timer;
}

async function recordEnd(state: EmulatorState, call: LiveCall, result: CallResult): Promise<void> {
  call.record = { ...call.record, finishedAt: seconds(), result };
  await updateCall(state, call.record);
  call.announce();
  await forgetUnfinished(state, call.record.id);
}

// A cold container's start counts neither as running nor against the time limit. Resolves to why it failed.
async function enter(state: EmulatorState, work: CallWork, running: RunningWork, call: LiveCall) {
  if (work.ready === undefined) return undefined;
  await updateCall(state, call.record);
  const readying = work.ready(running);
  return Promise.race([call.first, readying]);
}

/** Differs: Modal drops what a cancelled function returns; a built-in one tells by it how far it came. */
async function awaitResult(work: CallWork, call: LiveCall, ended: Promise<CallResult>): Promise<CallResult> {
  const result = await Promise.race([call.first, ended]);
  if (result.status !== RESULT_STATUS.terminated || work.hasLastWord !== true) return result;
  const last = await Promise.race([ended, delay(LAST_WORD_MS, undefined, { ref: false })]);
  if (last?.status !== RESULT_STATUS.success) return result;
  const { data, blobId } = last;
  return { ...result, ...(data !== undefined && { data }), ...(blobId !== undefined && { blobId }) };
}

// In the container that it was given: recorded as running, run, recorded as ended, then waited for.
async function serve(
  state: EmulatorState,
  work: CallWork,
  call: LiveCall,
  container: Container,
): Promise<void> {
  call.record = { ...call.record, containerId: container.id };
  const log = openCallLog(state, call.record);
  const running = { record: call.record, container, signal: call.signal, log };
  const givenAt = seconds();
  const failed = await enter(state, work, running, call);
  if (failed !== undefined) {
    await log.flush();
    return recordEnd(state, call, failed);
  }
  const timer = limitTime(work.timeoutSeconds, call.end);
  let started: Promise<void> | undefined;
  if (call.record.startedAt === undefined) {
    const startedAt = seconds();
    const startupSeconds = work.ready === undefined ? 0 : startedAt - givenAt;
    call.record = { ...call.record, startedAt, startupSeconds };
    started = updateCall(state, call.record);
  }
  try {
    const entered = !call.signal.aborted;
    const ended = entered ? work.run(running) : call.first;
    const [result] = await Promise.all([awaitResult(work, call, ended), started]);
    await log.flush();
    await recordEnd(state, call, result);
    await Promise.race([ended, delay(GRACE_MS, undefined, { ref: false })]);
    await log.flush();
  } finally {
    clearTimeout(timer);
  }
}

async function queueAndServe(
  state: EmulatorState,
  work: CallWork,
  call: LiveCall,
  given: Container | undefined,
): Promise<void> {
  const { pool } = work;
  const container = given ?? (await acquireContainer(pool, call.signal));
  if (container === undefined) return recordEnd(state, call, await call.first);
  try {
    await serve(state, work, call, container);
  } finally {
    releaseContainer(pool, container);
  }
}

function newLiveCall(record: CallRecord): LiveCall {
  let announce = (): void => {};
  const recorded = new Promise<void>((resolve) => {
    announce = resolve;
  });
  return { record, recorded, announce, settled: recorded, ...raceForResult() };
}

/** Records a call and starts it, or queues it behind the app's other ones. Resolves when it is on record. */
export async function startCall(state: EmulatorState, work: CallWork): Promise<CallRecord> {
  const { deployed, pool } = work;
  const createdAt = seconds();
  // One that need not wait is on record as started from the first, which saves a write.
  const container = work.ready === undefined ? takeContainer(pool) : undefined;
  const record: CallRecord = {
    ...{ id: newId("fc"), inputId: newId("in"), functionId: deployed.id, appId: deployed.app.id },
    ...{ owner: ownerOf(state), createdAt },
    ...(container && { containerId: container.id, startedAt: createdAt, startupSeconds: 0 }),
  };
  try {
    await addCall(state, record);
  } catch (thrown) {
    if (container !== undefined) releaseContainer(pool, container);
    throw thrown;
  }
  const call = newLiveCall(record);
  state.calls.set(record.id, call);
  call.settled = queueAndServe(state, work, call, container).then(
    () => void state.calls.delete(record.id),
    (thrown: unknown) => {
      // A full disk, say. The call stays in memory, so that whoever waits for it here is told.
      const exception = `The embedded endpoint failed: ${toError(thrown).message}`;
      const result = call.record.result ?? { status: RESULT_STATUS.internalFailure, exception };
      call.record = { ...call.record, finishedAt: seconds(), result };
      state.onError(`call ${record.id}: ${toError(thrown).message}`);
      call.end(result);
      call.announce();
    },
  );
  return record;
}

/** Number of calls that this process runs or has queued. */
export function countRunning(state: EmulatorState): number {
  return [...state.calls.values()].filter((call) => call.record.result === undefined).length;
}

/** Cancels a call of this process and waits until that is on record; false where it has none of this id. */
export async function cancelHere(state: EmulatorState, functionCallId: string): Promise<boolean> {
  const call = state.calls.get(functionCallId);
  call?.end({ status: RESULT_STATUS.terminated, exception: "" });
  await call?.recorded;
  return call !== undefined;
}

/** Cancels a call wherever it runs; a finished one stays as it is. */
export async function cancelCall(state: EmulatorState, record: CallRecord): Promise<void> {
  if (await cancelHere(state, record.id)) return;
  const latest = await settleCall(state, record);
  if (latest.result === undefined) await cancelAtOwner(state, latest.owner, latest.id);
}

/** Ends every call of this process as interrupted; resolves when all is on record, or after two seconds. */
export async function endAllCalls(state: EmulatorState): Promise<void> {
  const calls = [...state.calls.values()];
  for (const call of calls) call.end({ status: RESULT_STATUS.internalFailure, exception: INTERRUPTED });
  const settled = Promise.all(calls.map((call) => call.settled));
  await Promise.race([settled, delay(2000, undefined, { ref: false })]);
}
