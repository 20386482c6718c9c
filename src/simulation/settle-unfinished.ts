import type { Modal } from "../modal/modal.ts";
import type { RunRecord } from "../runs/record.ts";
import type { RunStore } from "../runs/store.ts";
import type { UnfinishedRuns } from "../runs/unfinished.ts";
import { limitTime } from "../time-limit.ts";
import { settleRun } from "./settle-run.ts";

/** The most runs looked at in one go, the newest. */
const MOST_RUNS = 50;

/** Time for one run's outcome to come; more at the next go. */
const RUN_WITHIN_MS = 20_000;

/**
 * Fetches what ended of the runs that nobody may be waiting for, one after the other, and keeps it. Resolves to the ids of
 * the runs that have ended now; a run that cannot be asked about stays as it is.
 */
export async function settleUnfinished(
  store: RunStore,
  unfinished: UnfinishedRuns,
  connect: (record: RunRecord) => Promise<Modal> | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  const ended: string[] = [];
  for (const record of (await unfinished.list()).slice(0, MOST_RUNS)) {
    if (signal.aborted) break;
    const modal = await connect(record)?.catch(() => undefined);
    if (modal === undefined) continue;
    const settled = await settleRun(modal, store, record, 0, limitTime(signal, RUN_WITHIN_MS)).catch(
      () => record,
    );
    if (settled.status !== "running") ended.push(record.run_id);
  }
  return ended;
}
