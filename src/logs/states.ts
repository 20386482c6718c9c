import type { CallStatus, LogEntry } from "../modal/modal.ts";

const ENDED: Readonly<Record<string, string>> = {
  success: "Call ended with a result",
  failure: "Call failed",
  timeout: "Call ran into its time limit",
  terminated: "Call was cancelled",
  init_failure: "Container failed as it started",
  internal_failure: "Call was interrupted on the endpoint's side",
  evicted: "Container was evicted",
};

/**
 * The states that a function call went through, in the words of Modal's dashboard, from the times that the endpoint keeps.
 * For logs that do not tell them themselves.
 */
export function callStates(status: CallStatus): LogEntry[] {
  const { createdAt, queuedSeconds, runningSeconds } = status;
  if (createdAt === undefined) return [];
  const created = Date.parse(createdAt);
  const states = [state(status, created, "Waiting for a container")];
  if (status.status === "pending" || queuedSeconds === undefined) return states;
  const started = created + queuedSeconds * 1000;
  states.push(state(status, started, `Container ready after ${queuedSeconds.toFixed(1)} s: the call runs`));
  const ended = ENDED[status.status];
  if (ended !== undefined && runningSeconds !== undefined) {
    const text = `${ended} after ${runningSeconds.toFixed(1)} s`;
    states.push(state(status, started + runningSeconds * 1000, text));
  }
  return states;
}

function state({ functionCallId, functionId }: CallStatus, timeMs: number, event: string): LogEntry {
  const of = { functionId, functionCallId, containerId: undefined };
  return { time: new Date(timeMs).toISOString(), source: "system", text: "", event, ...of };
}

/** Where a call stands now, in a few words. */
export function describeState({ status, queuedSeconds, runningSeconds }: CallStatus): string {
  const seconds = (value: number | undefined) => (value === undefined ? "" : ` for ${value.toFixed(1)} s`);
  if (status === "pending") return `Waiting for a container${seconds(queuedSeconds)}`;
  if (status === "running") return `Running${seconds(runningSeconds)}`;
  return ENDED[status] ?? status;
}
