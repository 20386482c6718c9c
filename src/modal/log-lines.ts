import type { ControlPlane } from "./connect.ts";
import type { LogEntry } from "./modal.ts";

/** One batch of Modal's log, as AppFetchLogs and AppGetLogs send it. */
export type LogBatch = Awaited<ReturnType<ControlPlane["appFetchLogs"]>>["batches"][number];
type LogItem = LogBatch["items"][number];

const FUNCTION_QUEUED = 1;
/** TaskState of modal_proto/api.proto, in the words of Modal's dashboard. */
const TASK_STATES: Readonly<Record<number, string>> = {
  1: "Waiting for a container: queued",
  2: "Container assigned to a worker",
  3: "Loading image",
  4: "Container ready",
  5: "Container finished",
  6: "Container created",
  7: "Starting container",
  8: "Container ready, idle",
  9: "Container may be preempted",
  10: "Container preempted",
  11: "Loading checkpoint",
};
const WAITING = "Waiting for a container";

/** Turns batches into entries of one line each. */
interface LineSplitter {
  /** The whole lines of a batch, and its events. */
  push(batch: LogBatch): LogEntry[];
  /** Lines whose end has not come; a lone line end that follows is dropped. */
  flush(): LogEntry[];
}

/**
 * Makes a splitter. A chunk of the log may hold several lines or the middle of one, so a line goes on in the next
 * chunk of the same container, function call and source; it keeps the time of its beginning.
 */
export function createLineSplitter(): LineSplitter {
  const open = new Map<string, LogEntry>();
  const flushed = new Set<string>();

  const pushText = (entry: LogEntry): LogEntry[] => {
    const key = `${entry.containerId} ${entry.functionCallId} ${entry.source}`;
    const begun = open.get(key);
    open.delete(key);
    const pieces = entry.text.split("\n");
    if (begun !== undefined) pieces[0] = begun.text + pieces[0];
    else if (flushed.delete(key) && pieces[0] === "") pieces.shift();
    const rest = pieces.pop() ?? "";
    const lines = pieces.map((text, index) => ({
      ...entry,
      time: index === 0 && begun !== undefined ? begun.time : entry.time,
      text: text.replace(/\r$/, ""),
    }));
    if (rest !== "") {
      const time = begun !== undefined && lines.length === 0 ? begun.time : entry.time;
      open.set(key, { ...entry, time, text: rest });
    }
    return lines;
  };

  return {
    push: (batch) =>
      batch.items.flatMap((item) => {
        const entry = toEntry(batch, item);
        return entry.event === undefined ? pushText(entry) : [entry];
      }),
    flush: () => {
      for (const key of open.keys()) flushed.add(key);
      const lines = [...open.values()];
      open.clear();
      return lines;
    },
  };
}

function toEntry(batch: LogBatch, item: LogItem): LogEntry {
  return {
    time: new Date(itemTimeMs(item)).toISOString(),
    source: item.fileDescriptor === 1 ? "stdout" : item.fileDescriptor === 2 ? "stderr" : "system",
    text: item.data,
    functionId: batch.functionId || batch.rootFunctionId || undefined,
    functionCallId: item.functionCallId || undefined,
    containerId: item.containerId || batch.taskId || undefined,
    event: item.data === "" ? describeEvent(item) : undefined,
  };
}

function itemTimeMs(item: LogItem): number {
  if (item.timestampNs !== "" && item.timestampNs !== "0")
    return Number(BigInt(item.timestampNs) / 1_000_000n);
  return item.timestamp * 1000;
}

function describeEvent(item: LogItem): string | undefined {
  const progress = item.taskProgress;
  if (progress?.progressType === FUNCTION_QUEUED) return describeQueue(progress.description);
  if (progress !== undefined) return progress.description || "image being saved";
  return TASK_STATES[item.taskState];
}

/** The queue's notice is Modal's own text; the words that users know come first. */
function describeQueue(description: string): string {
  if (description === "" || description.startsWith(WAITING)) return description || WAITING;
  return `${WAITING}: ${description}`;
}
