import { readdir } from "node:fs/promises";
import { setImmediate as yieldToOthers } from "node:timers/promises";
import { dayOfRun, isFinished, isRunId, type RunRecord } from "./record.ts";
import type { RunStore } from "./store.ts";

/** Modal keeps a call's result for seven days after its end (its guide on job processing), and a call runs for a day at most. */
const LOOK_BACK_DAYS = 9;
const DAY_MS = 86_400_000;

/** Records read before others have their turn: each is read by a synchronous call. */
const AT_ONCE = 16;

/** Finds runs that have not ended. */
export interface UnfinishedRuns {
  /** The records of the unfinished runs of the last days, newest first. */
  list(): Promise<RunRecord[]>;
}

/** Makes what finds unfinished runs; a run that has ended is read once, and never again. */
export function findUnfinished(store: Pick<RunStore, "folder" | "find">): UnfinishedRuns {
  const ended = new Set<string>();
  return {
    async list() {
      const oldest = dayText(Date.now() - LOOK_BACK_DAYS * DAY_MS);
      const ids = (await readdir(store.folder))
        .filter((name) => name.endsWith(".json"))
        .map((name) => name.slice(0, -".json".length))
        .filter((id) => isRunId(id) && dayOfRun(id) >= oldest && !ended.has(id));
      const found: RunRecord[] = [];
      for (const [index, id] of ids.entries()) {
        if (index % AT_ONCE === AT_ONCE - 1) await yieldToOthers();
        // A damaged record tells nothing, today or later.
        const record = await store.find(id).catch(() => undefined);
        if (record === undefined || isFinished(record)) ended.add(id);
        else found.push(record);
      }
      return found.sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
    },
  };
}

function dayText(time: number): string {
  return new Date(time).toISOString().slice(0, 10).replaceAll("-", "");
}
