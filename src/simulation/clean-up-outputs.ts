import { toError } from "../errors.ts";
import type { Modal } from "../modal/modal.ts";
import { cleanupResult } from "../runner/energyplus-contract.ts";
import type { RunRecord } from "../runs/record.ts";
import type { RunStore } from "../runs/store.ts";

const CLEANUP_FUNCTION = "cleanup_simulation_outputs";

/**
 * Removes a finished building run's outputs from their volume and keeps in its record whether that is done; what prevents it
 * becomes a warning, and can be tried again.
 */
export async function cleanUpOutputs(
  modal: Modal,
  store: RunStore,
  record: RunRecord,
  options: { useTestVolume: boolean; waitMs: number },
  signal: AbortSignal,
): Promise<{ record: RunRecord; warning: string | undefined }> {
  if (record.energyplus?.outputs_removed === true) return { record, warning: undefined };
  try {
    await callCleanup(modal, record, options, signal);
    const cleaned = { ...record, energyplus: { ...record.energyplus, outputs_removed: true } };
    await store.save(cleaned);
    return { record: cleaned, warning: undefined };
  } catch (thrown) {
    signal.throwIfAborted();
    const why = toError(thrown).message;
    return { record, warning: `The outputs are still on volume ${record.volume}: ${why}` };
  }
}

async function callCleanup(
  modal: Modal,
  record: RunRecord,
  { useTestVolume, waitMs }: { useTestVolume: boolean; waitMs: number },
  signal: AbortSignal,
): Promise<void> {
  const fn = await modal.functions.get(record.app, CLEANUP_FUNCTION, signal);
  const kwargs: Record<string, unknown> = { simulation_id: record.run_id, missing_ok: true };
  if (fn.arguments?.includes("use_test_volume")) kwargs.use_test_volume = useTestVolume;
  const callId = await modal.calls.spawn(fn, kwargs);
  const outcome = await modal.calls.wait(callId, waitMs, signal);
  if (outcome.state === "unfinished") throw new Error(`${CLEANUP_FUNCTION} has not answered yet`);
  if (outcome.state !== "success")
    throw new Error(`${CLEANUP_FUNCTION} ended as ${outcome.state}: ${outcome.exception.slice(0, 500)}`);
  cleanupResult.parse(outcome.value);
}
