import * as z from "zod";
import { endpointFacts } from "./fields.ts";
import { defineTool } from "./tool.ts";

/** Cancels one run. */
export const cancelRunTool = defineTool({
  name: "cancel_run",
  title: "Cancel a run",
  description: "Cancel an unfinished run of run_fmi_simulation by its run_id. A finished run stays as it is.",
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
      next_step: `Call \`run_fmi_simulation\` with run_id "${run_id}" for what the run left.`,
    };
  },

  summarize: (output) =>
    output.cancelled ? `Cancelled ${output.run_id}.` : `${output.run_id} had ended: ${output.status}.`,
});
