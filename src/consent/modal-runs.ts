import { ToolError } from "../errors.ts";
import type { RunRecord } from "../runs/record.ts";

const HOUR_MS = 3600_000;
const MOST_COMPARED = 5;

/** Throws `resource_exhausted` where as many runs as allowed were started on Modal within the last hour. */
export function checkRunsPerHour(records: readonly RunRecord[], most: number, now: Date = new Date()): void {
  const started = records
    .filter(({ endpoint }) => endpoint === "modal")
    .map(({ created_at }) => Date.parse(created_at))
    .filter((time) => now.getTime() - time < HOUR_MS)
    .sort((a, b) => b - a);
  if (started.length < most) return;
  const freed = started[most - 1];
  const until = freed === undefined ? undefined : new Date(freed + HOUR_MS).toISOString();
  throw new ToolError(
    "resource_exhausted",
    `Cannot start a run on Modal: ${started.length} were started within the last hour, and \`MODAL_FMI_MAX_RUNS_PER_HOUR\` is ${most}`,
    until === undefined
      ? "Ask the user to raise `MODAL_FMI_MAX_RUNS_PER_HOUR`."
      : `Wait until ${until}, or ask the user to raise \`MODAL_FMI_MAX_RUNS_PER_HOUR\`.`,
  );
}

/** How long a run may take in a container, from earlier runs of the same model. */
export interface RunEstimate {
  seconds: number;
  /** How many runs it rests on. */
  runs: number;
}

/**
 * Estimates the container seconds of a run from earlier runs of its model there, newest first: the median of the five newest
 * that ended, each scaled to the model time asked for where both are known. Undefined where there is none.
 */
export function estimateRun(
  earlier: readonly RunRecord[],
  spanSeconds: (record: RunRecord) => { asked: number; past: number } | undefined,
): RunEstimate | undefined {
  const seconds = earlier
    .filter(({ status }) => status === "success" || status === "timed_out")
    .flatMap((record) => {
      const running = record.seconds.running;
      if (running === null) return [];
      const span = spanSeconds(record);
      return [span === undefined || span.past <= 0 ? running : (running * span.asked) / span.past];
    })
    .slice(0, MOST_COMPARED)
    .sort((a, b) => a - b);
  const median = seconds[Math.floor(seconds.length / 2)];
  return median === undefined ? undefined : { seconds: median, runs: seconds.length };
}
