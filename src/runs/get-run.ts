import { ToolError } from "../errors.ts";
import type { RunRecord } from "./record.ts";
import type { RunStore } from "./store.ts";

/** The run's record. Throws `not_found` for an id that no record has. */
export async function getRun(store: Pick<RunStore, "find">, runId: string): Promise<RunRecord> {
  const record = await store.find(runId);
  if (record) return record;
  throw new ToolError(
    "not_found",
    `Cannot find run "${runId.slice(0, 80)}": no run of this id is kept on this computer`,
    "Pass the `run_id` that `run_fmi_simulation` returned, or call `run_fmi_simulation` to start a run.",
  );
}
