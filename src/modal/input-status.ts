import type { ControlPlane } from "./connect.ts";
import type { InputStatus, RecentCall } from "./modal.ts";

type FetchedInput = Awaited<ReturnType<ControlPlane["functionCallFetch"]>>["functionCallInputs"][number];

/** FunctionCallInputStatus of Modal's protocol. */
const INPUT_STATUS: Readonly<Record<number, InputStatus>> = {
  1: "pending",
  2: "running",
  3: "success",
  4: "failure",
  5: "timeout",
  6: "terminated",
  7: "init_failure",
  8: "internal_failure",
  9: "idle_timeout",
  10: "evicted",
};

/** One input as FunctionCallFetch tells it. */
export function toRecentCall(input: FetchedInput): RecentCall {
  return {
    functionCallId: input.functionCallId,
    status: INPUT_STATUS[input.status] ?? "unknown",
    enqueuedAt: input.enqueuedAt?.toISOString(),
    startedAt: input.startedAt?.toISOString(),
    startupSeconds: input.startupTimeSeconds,
    executionSeconds: input.executionTimeSeconds,
    containerId: input.containerId || undefined,
  };
}
