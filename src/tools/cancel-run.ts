import * as z from "zod";
import { endpointFacts } from "./fields.ts";
import { defineTool } from "./tool.ts";

/** Cancels one run. */
export const cancelRunTool = defineTool({
  name: "cancel_run",
  title: "Cancel a run",
  description: "Cancel an unfinished run by its run_id. A finished run stays as it is.",
  hints: { readOnly: false, destructive: true, idempotent: true, openWorld: true },
  input: z.strictObject({ run_id: z.string().max(64) }),
  output: z.object({
    run_id: z.string(),
    status: z.enum(["success", "error", "running", "cancelled", "timed_out", "interrupted"]),
    cancelled: z.boolean().describe("false: it had ended before."),
    endpoint: endpointFacts,
    next_step: z.string(),
  }),

  async run({ run_id }, { services, signal }) {
    const [{ getRun }, { cancelRun }] = await Promise.all([
      import("../runs/get-run.ts"),
      import("../simulation/settle-run.ts"),
    ]);
    const store = await services.runs();
    const record = await getRun(store, run_id);
    const endpoint = await services.connect(record.endpoint, record.environment);
    const ended =
      record.status === "running" ? await cancelRun(endpoint.modal, store, record, signal) : record;
    return {
      run_id,
      status: ended.status,
      cancelled: record.status === "running" && ended.status === "cancelled",
      endpoint: await endpoint.describe(signal),
      next_step:
        ended.status === "running"
          ? `Call \`cancel_run\` with run_id "${run_id}" again in a minute.`
          : `Call \`${record.function}\` with run_id "${run_id}" for what the run left.`,
    };
  },

  summarize({ run_id, status, cancelled }) {
    if (cancelled) return `Cancelled ${run_id}.`;
    return status === "running"
      ? `${run_id} is not at the endpoint yet: call again in a minute.`
      : `${run_id} had ended: ${status}.`;
  },
});
