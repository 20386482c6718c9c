import type { DeployedFunction } from "../apps/app-records.ts";
import type { AppPool, Container } from "../containers/containers.ts";
import type { CallLog } from "../logs/log-files.ts";
import type { CallRecord, CallResult } from "./call-records.ts";

/** A call in its container. */
export interface RunningWork {
  record: CallRecord;
  container: Container;
  /** Aborted when the call ends early: its reason is named AbortError where that was asked for. */
  signal: AbortSignal;
  log: CallLog;
}

/** What one call asks for: where it runs, for how long, and how. */
export interface CallWork {
  deployed: DeployedFunction;
  pool: AppPool;
  /** Of the call's own time, its container's start left out. */
  timeoutSeconds: number;
  /** Makes the container ready, unless it is; resolves to the call's result where that fails. Never rejects. */
  ready?(work: RunningWork): Promise<CallResult | undefined>;
  /** Whether what it returns although it was cancelled is kept beside the word that it was; it is waited for briefly. */
  hasLastWord?: boolean;
  /** Never rejects. */
  run(work: RunningWork): Promise<CallResult>;
}
