import { setTimeout as delay } from "node:timers/promises";
import { ToolError } from "../errors.ts";
import { limitTime } from "../time-limit.ts";
import { createLineSplitter, type LogBatch } from "./log-lines.ts";
import type { LogEntry, LogFilter, Logs } from "./modal.ts";
import { type Connection, joinSignals, request, stream } from "./request.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How far back a tail looks, until it has enough (modal-client does the same). */
const LOOK_BACKS_MS = [HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS];
/** Modal refuses more in one request. */
const MAX_ENTRIES = 20_000;
const MAX_RANGE_MS = 35 * DAY_MS;
const FETCH_TIMEOUT_MS = 30_000;
const STREAM_SECONDS = 55;
const RECONNECT_PAUSE_MS = 500;
const SOURCES = { stdout: 1, stderr: 2, system: 3 } as const;

/** The log of one app, or of one of its functions or function calls. */
export function createLogs(connection: Connection): Logs {
  return {
    tail: (filter, lines, signal) => tailLog(connection, filter, lines, signal),
    between: (filter, range, signal) => {
      const until = range.until ?? new Date();
      const since = new Date(Math.max(range.since.getTime(), until.getTime() - MAX_RANGE_MS));
      return fetchEntries(connection, filter, { since, until, limit: range.limit }, signal);
    },
    follow: (filter, durationMs, signal) => followLog(connection, filter, Date.now(), durationMs, signal),
  };
}

async function tailLog(
  connection: Connection,
  filter: LogFilter,
  lines: number,
  signal?: AbortSignal,
): Promise<LogEntry[]> {
  const until = new Date();
  let entries: LogEntry[] = [];
  for (const lookBackMs of LOOK_BACKS_MS) {
    const since = new Date(until.getTime() - lookBackMs);
    entries = await fetchEntries(connection, filter, { since, until, limit: lines }, signal);
    if (entries.length >= lines) break;
  }
  return entries;
}

async function fetchEntries(
  connection: Connection,
  filter: LogFilter,
  range: { since: Date; until: Date; limit: number },
  signal?: AbortSignal,
): Promise<LogEntry[]> {
  const limit = Math.max(1, Math.min(MAX_ENTRIES, range.limit));
  const reply = await request(
    connection,
    `read the log of app ${filter.appId}`,
    (controlPlane, rpc) =>
      controlPlane.appFetchLogs(
        {
          appId: filter.appId,
          since: range.since,
          until: range.until,
          limit,
          source: filter.source === undefined ? 0 : SOURCES[filter.source],
          functionId: filter.functionId ?? "",
          functionCallId: filter.functionCallId ?? "",
          searchText: filter.search ?? "",
        },
        rpc,
      ),
    { signal, timeoutMs: FETCH_TIMEOUT_MS },
  );
  const splitter = createLineSplitter();
  const entries = [...reply.batches.flatMap((batch) => splitter.push(batch)), ...splitter.flush()];
  // ISO times of one length sort as text; the sort is stable, so lines of one moment keep their order.
  const ordered = entries
    .filter(matches(filter))
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  return ordered.slice(-limit);
}

/** Follows what is logged after `sinceMs`; for one function call, its whole log. Reconnects where the stream ends. */
async function* followLog(
  connection: Connection,
  filter: LogFilter,
  sinceMs: number,
  durationMs: number,
  signal?: AbortSignal,
): AsyncGenerator<LogEntry, void, undefined> {
  const stop = limitTime(joinSignals(connection, signal), durationMs);
  const since = filter.functionCallId === undefined ? new Date(sinceMs).toISOString() : "";
  const isWanted = matches(filter);
  const splitter = createLineSplitter();
  const place = { lastEntryId: "", appDone: false };
  while (!stop.aborted && !place.appDone) {
    try {
      for await (const batch of openStream(connection, filter, place.lastEntryId, stop)) {
        if (batch.entryId !== "") place.lastEntryId = batch.entryId;
        place.appDone = batch.appDone;
        for (const entry of [...splitter.push(batch), ...splitter.flush()])
          if (entry.time >= since && isWanted(entry)) yield entry;
        if (place.appDone) return;
      }
    } catch (thrown) {
      if (stop.aborted) return;
      if (!(thrown instanceof ToolError) || thrown.code !== "unavailable") throw thrown;
    }
    // A server that ends its streams at once must not be asked in a tight loop.
    await delay(RECONNECT_PAUSE_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}

function openStream(
  connection: Connection,
  filter: LogFilter,
  lastEntryId: string,
  signal: AbortSignal,
): AsyncIterable<LogBatch> {
  return stream(
    connection,
    `follow the log of app ${filter.appId}`,
    (controlPlane, rpc) =>
      controlPlane.appGetLogs(
        {
          appId: filter.appId,
          timeout: STREAM_SECONDS,
          lastEntryId,
          fileDescriptor: filter.source === undefined ? 0 : SOURCES[filter.source],
          functionId: filter.functionId ?? "",
          functionCallId: filter.functionCallId ?? "",
          searchText: filter.search ?? "",
        },
        rpc,
      ),
    signal,
  );
}

/** A server filters chunks; a chunk found may hold lines that do not match. */
function matches(filter: LogFilter): (entry: LogEntry) => boolean {
  const search = filter.search?.toLowerCase() ?? "";
  return (entry) => {
    if (filter.source !== undefined && entry.source !== filter.source) return false;
    return `${entry.text} ${entry.event ?? ""}`.toLowerCase().includes(search);
  };
}
