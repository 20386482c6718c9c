import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { ToolError } from "../errors.ts";
import { cancelledError, transferError } from "./status.ts";

/** A body that can be sent again from its start, so that a failed transfer can be repeated. */
interface TransferBody {
  length: number;
  open: () => Readable;
}

interface TransferOptions {
  /** Completes "Cannot …". */
  what: string;
  signal: AbortSignal;
  headers?: Record<string, string> | undefined;
  /** Bytes moved since the last call; negative where a failed attempt is taken back. */
  onBytes?: ((bytes: number) => void) | undefined;
}

const ATTEMPTS = 6;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 5_000;
const IDLE_TIMEOUT_MS = 60_000;

const httpAgent = new HttpAgent({ keepAlive: true, maxSockets: 16 });
const httpsAgent = new HttpsAgent({ keepAlive: true, maxSockets: 16 });

/** Thrown inside one attempt: the server answered, but not with success. */
class HttpStatusError extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`HTTP status ${status}`);
    this.status = status;
  }
}

/** The answer to a PUT or POST. */
interface TransferReply {
  body: Buffer;
  etag: string | undefined;
}

/**
 * Sends a body to a presigned URL, without holding it in memory, and returns the answer. Repeats on connection
 * failures and HTTP 408, 429 and 5xx with growing pauses. Rejects with a ToolError that names the host, never the URL.
 */
export function sendBody(
  method: "PUT" | "POST",
  url: string,
  body: TransferBody,
  options: TransferOptions,
): Promise<TransferReply> {
  return withRetries(url, options, async (count) => {
    const headers = { ...options.headers, "content-length": String(body.length) };
    const { outgoing, answered } = openRequest(method, url, headers, options.signal);
    const source = body.open();
    source.on("data", (chunk: Buffer) => count(chunk.length));
    // Whichever ends first tells the truth: a server may answer (with an error) before it has read everything.
    const sent = pipeline(source, outgoing, { signal: options.signal });
    sent.catch(() => undefined);
    try {
      const response = await Promise.race([answered, failureOf(source)]);
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      return { body: Buffer.concat(chunks), etag: response.headers.etag };
    } finally {
      source.destroy();
    }
  });
}

/**
 * Fetches a presigned URL and hands its bytes to `onChunk` in order. `onRestart` is called before an attempt that
 * starts again from the first byte. Retries and errors as {@link sendBody}.
 */
export function fetchBody(
  url: string,
  options: TransferOptions & { onChunk: (chunk: Buffer) => void | Promise<void>; onRestart: () => void },
): Promise<void> {
  let started = false;
  return withRetries(url, options, async (count) => {
    if (started) options.onRestart();
    started = true;
    const { outgoing, answered } = openRequest("GET", url, options.headers ?? {}, options.signal);
    outgoing.end();
    for await (const chunk of await answered) {
      count(chunk.length);
      await options.onChunk(chunk);
    }
  });
}

/** Rejects where reading the body failed for a reason of its own, which no repetition mends. */
function failureOf(source: Readable): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    source.once("error", (error) => {
      if (error instanceof ToolError) reject(error);
    });
  });
  failed.catch(() => undefined);
  return failed;
}

function openRequest(method: string, url: string, headers: Record<string, string>, signal: AbortSignal) {
  const secure = url.startsWith("https:");
  const send = secure ? requestHttps : requestHttp;
  const outgoing = send(url, { method, headers, signal, agent: secure ? httpsAgent : httpAgent });
  outgoing.setTimeout(IDLE_TIMEOUT_MS, () => outgoing.destroy(new Error("no bytes moved for 60 s")));
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once("error", reject);
    outgoing.once("response", (response) => {
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) return resolve(response);
      response.resume();
      reject(new HttpStatusError(status));
    });
  });
  answered.catch(() => undefined);
  return { outgoing, answered };
}

async function withRetries<T>(
  url: string,
  options: TransferOptions,
  attempt: (count: (bytes: number) => void) => Promise<T>,
): Promise<T> {
  for (let made = 1; ; made++) {
    let moved = 0;
    try {
      options.signal.throwIfAborted();
      return await attempt((bytes) => {
        moved += bytes;
        options.onBytes?.(bytes);
      });
    } catch (thrown) {
      if (moved > 0) options.onBytes?.(-moved);
      if (thrown instanceof ToolError) throw thrown;
      if (options.signal.aborted) throw cancelledError(options.what, options.signal.reason);
      const status = thrown instanceof HttpStatusError ? thrown.status : undefined;
      if (made >= ATTEMPTS || !isWorthRetrying(status))
        throw transferError(options.what, url, status, thrown);
      const pauseMs = Math.min(FIRST_DELAY_MS * 2 ** (made - 1), MAX_DELAY_MS);
      // An abort during the pause is reported by the next attempt.
      await delay(pauseMs, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
}

function isWorthRetrying(status: number | undefined): boolean {
  return status === undefined || status >= 500 || status === 408 || status === 429;
}
