import { setTimeout as delay } from "node:timers/promises";
import type { ControlPlane } from "./connect.ts";
import { cancelledError, findGrpcStatus, toToolError } from "./status.ts";

/** One open endpoint: what every noun of this room works on. */
export interface Connection {
  controlPlane: ControlPlane;
  url: string;
  /** "" means the workspace's default. */
  environment: string;
  /** Aborts when the connection is closed, and with it every request. */
  closed: AbortSignal;
}

/** How long a request may take. `timeoutMs` holds for each attempt. */
interface RequestLimits {
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  retries?: number;
}

type RpcOptions = NonNullable<Parameters<ControlPlane["volumeList"]>[1]>;

const LOOK_UP_TIMEOUT_MS = 15_000;
const LOOK_UP_RETRIES = 2;
const STREAM_RETRY_PAUSE_MS = 200;
/** DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE: worth another stream where nothing came yet. */
const RETRYABLE_STATUS = new Set([4, 13, 14]);

/** Aborts with the connection or with the caller's signal, whichever comes first. */
export function joinSignals(connection: Connection, signal: AbortSignal | undefined): AbortSignal {
  // Always a signal of its own: the SDK leaves listeners behind on what it is given.
  return AbortSignal.any(signal === undefined ? [connection.closed] : [connection.closed, signal]);
}

/**
 * Sends one unary request. Rejects with a ToolError "Cannot `what`: …"; ends at once when the signal aborts,
 * even where the SDK itself waits (its token refresh and its throttling know no signal, or no limit).
 */
export async function request<T>(
  connection: Connection,
  what: string,
  send: (controlPlane: ControlPlane, options: RpcOptions) => Promise<T>,
  limits: RequestLimits = {},
): Promise<T> {
  const signal = joinSignals(connection, limits.signal);
  try {
    signal.throwIfAborted();
    const options = {
      signal,
      timeoutMs: limits.timeoutMs ?? LOOK_UP_TIMEOUT_MS,
      retries: limits.retries ?? LOOK_UP_RETRIES,
    };
    return await untilAborted(send(connection.controlPlane, options), signal);
  } catch (thrown) {
    if (signal.aborted) throw cancelledError(what, signal.reason);
    throw toToolError(thrown, what, connection.url);
  }
}

/** Reads one server stream, with the errors of {@link request}; tries again where it failed before the first message. */
export async function* stream<T>(
  connection: Connection,
  what: string,
  open: (controlPlane: ControlPlane, options: RpcOptions) => AsyncIterable<T>,
  signal?: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const joined = joinSignals(connection, signal);
  for (let attempt = 0; ; attempt++) {
    let received = false;
    try {
      joined.throwIfAborted();
      for await (const message of open(connection.controlPlane, { signal: joined })) {
        received = true;
        yield message;
      }
      return;
    } catch (thrown) {
      if (joined.aborted) throw cancelledError(what, joined.reason);
      const retryable = RETRYABLE_STATUS.has(findGrpcStatus(thrown) ?? -1);
      if (received || !retryable || attempt >= LOOK_UP_RETRIES)
        throw toToolError(thrown, what, connection.url);
      // An abort during the pause is reported by the next attempt.
      await delay(STREAM_RETRY_PAUSE_MS, undefined, { signal: joined }).catch(() => undefined);
    }
  }
}

/** Settles as `work` does, or rejects with the signal's reason as soon as it aborts. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
