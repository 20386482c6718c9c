import { toError } from "../errors.ts";
import type { RunRecord } from "../runs/record.ts";
import { limitTime } from "../time-limit.ts";
import type { Endpoint } from "./services.ts";
import type { ToolContext } from "./tool.ts";

/** A run that is not done by then is handed back. */
const HAND_BACK_AFTER_MS = 42_000;

/** Hosts give up on a call after about a minute: by then it is answered, even where the endpoint says nothing any more. */
export const ANSWER_WITHIN_MS = 44_000;

/** The time that a call has, from when it came in. */
export interface RunClock {
  /** Of a time asked for, what is left before the call must hand back, ms. */
  leftMs(askedMs: number): number;
  /** Aborts when the call must be answered. */
  signal: AbortSignal;
}

/** Starts the clock of a call. */
export function startClock(signal: AbortSignal): RunClock {
  const begun = performance.now();
  return {
    leftMs: (askedMs) => Math.max(0, Math.min(askedMs, HAND_BACK_AFTER_MS) - (performance.now() - begun)),
    signal: limitTime(signal, ANSWER_WITHIN_MS),
  };
}

/**
 * The run as it stands when the time is up. Once a run has started, whoever asked for it is told its id, come what may; an
 * `owned` run, that nobody was told of yet, is cancelled with its request.
 */
export async function waitForRun(
  record: RunRecord,
  endpoint: Endpoint,
  context: ToolContext,
  { waitMs, clock, owned }: { waitMs: number; clock: RunClock; owned: boolean },
): Promise<{ record: RunRecord; notes: string[] }> {
  const { cancelRun, settleRun } = await import("../simulation/settle-run.ts");
  const store = await context.services.runs();
  const begun = Date.now();
  const ticker = setInterval(() => {
    const seconds = (Date.now() - begun) / 1000;
    context.progress(`run ${record.run_id}: ${seconds.toFixed(0)} s`, seconds);
  }, 1000);
  try {
    const settled = await settleRun(endpoint.modal, store, record, clock.leftMs(waitMs), clock.signal);
    return { record: settled, notes: [] };
  } catch (error) {
    if (!context.signal.aborted) return { record, notes: [unknownState(error, clock)] };
    if (owned) await cancelRun(endpoint.modal, store, record, limitTime(undefined, 5000)).catch(() => {});
    throw error;
  } finally {
    clearInterval(ticker);
  }
}

function unknownState(error: unknown, clock: RunClock): string {
  const why = clock.signal.aborted ? "the endpoint did not answer in time" : toError(error).message;
  return `How the run stands could not be read (${why}): call again, and \`diagnose\` if this goes on.`;
}
