import { randomUUID } from "node:crypto";
import * as z from "zod";
import { ToolError } from "../errors.ts";
import type { Operation } from "../operations.ts";
import { endpointFacts, endpointField, environmentField, useTestVolumeField } from "./fields.ts";
import { defineTool, type ToolContext } from "./tool.ts";
import type { ActionDone } from "./volume-actions.ts";
import type { VolumePlan } from "./volume-plan.ts";

const ANSWER_WITHIN_MS = 40_000;
const KEEP_OUTCOME_MS = 10 * 60_000;
const MOST_SHOWN = 50;
const MOST_TAKEN = 10;

const input = z.strictObject({
  action: z.enum(["create", "download", "copy", "remove", "restore"]),
  volume: z.string().min(1).max(64).default("fmi").describe("fmi, energyplus, or a volume's name."),
  use_test_volume: useTestVolumeField,
  paths: z
    .array(z.string().min(1).max(1024))
    .min(1)
    .max(50)
    .optional()
    .describe("Full paths or checksums; no patterns."),
  to: z.string().max(1024).optional().describe("Folder: local (download) or on the volume (copy)."),
  to_volume: z.string().min(1).max(64).optional().describe("copy: as volume"),
  trash_id: z.string().max(64).optional().describe("restore: from a removal. Default: list them."),
  older_than: z.string().optional().describe("remove with dry_run: an age such as 30d"),
  overwrite: z.boolean().default(false),
  dry_run: z.boolean().default(false).describe("Show; change nothing."),
  operation_id: z.string().max(64).optional().describe("Wait for it."),
  endpoint: endpointField,
  environment: environmentField,
});

const item = z.object({
  path: z.string(),
  name: z.string().nullable(),
  size: z.number(),
  files: z.number(),
  uploaded_at: z.string(),
  last_run: z.string().nullable(),
});

const removal = z.object({
  trash_id: z.string(),
  removed_at: z.string(),
  volume: z.string(),
  paths: z.array(z.string()),
});

/** Makes volumes, and moves files on, from and off them. */
export const manageVolumeTool = defineTool({
  name: "manage_volume",
  title: "Manage a volume",
  description:
    "Create a volume; download, copy or remove its files; restore what was removed within 30 days. Asks the user before it " +
    "removes or overwrites on Modal. EnergyPlus outputs: the path is the simulation's folder.",
  hints: { readOnly: false, destructive: true, idempotent: false, openWorld: true },
  input,
  output: z.object({
    status: z.enum(["done", "dry_run", "running"]),
    action: z.string(),
    volume: z.string(),
    items: z.array(item),
    items_omitted: z.number(),
    bytes: z.number(),
    would_overwrite: z.array(z.string()),
    trash_id: z.string().nullable(),
    removals: z.array(removal),
    notes: z.array(z.string()),
    operation_id: z.string().nullable(),
    endpoint: endpointFacts,
    next_step: z.string(),
  }),

  async confirm(args, { services, signal }) {
    if (args.dry_run || args.operation_id !== undefined) return undefined;
    const { planVolumeAction } = await import("./volume-plan.ts");
    const plan = await planVolumeAction(args, services, signal);
    checkTaken(args, plan);
    const { askBefore } = await import("./volume-consent.ts");
    return askBefore(args.action, plan);
  },

  async run(args, context) {
    const { services, signal } = context;
    if (args.operation_id !== undefined) return wait(args, args.operation_id, undefined, context);
    const { planVolumeAction } = await import("./volume-plan.ts");
    const plan = await planVolumeAction(args, services, signal);
    const isListing = args.action === "restore" && args.trash_id === undefined;
    if (args.dry_run || isListing)
      return report(args, plan, { status: isListing ? "done" : "dry_run" }, signal);
    checkTaken(args, plan);
    return wait(args, `volume-${args.action}-${randomUUID().slice(0, 8)}`, plan, context);
  },

  summarize(output) {
    const what = output.items
      .slice(0, 20)
      .map(({ path, name, size }) => `${path}  ${size} B${name ? `  ${name}` : ""}`);
    const did = { done: "Done", dry_run: "Nothing was changed; this would be", running: "Going on" }[
      output.status
    ];
    return [`${did}: ${output.action} on volume ${output.volume}.`, ...what, ...output.notes].join("\n");
  },
});

type Arguments = z.output<typeof input>;

interface Outcome {
  status: "done" | "dry_run" | "running";
  trashId?: string | undefined;
  notes?: string[];
  operationId?: string;
}

type Settled = { done: ActionDone } | { failure: unknown };

/** The plans of operations under way, for whoever goes on waiting. */
const plans = new WeakMap<Operation<Settled>, { plan: VolumePlan; args: Arguments }>();

async function wait(
  args: Arguments,
  operationId: string,
  plan: VolumePlan | undefined,
  { services, signal, progress }: ToolContext,
) {
  const [{ performVolumeAction }, { waitForOperation }] = await Promise.all([
    import("./volume-actions.ts"),
    import("../operations.ts"),
  ]);
  const { operation, started } = services.operations.join<Settled>(
    operationId,
    KEEP_OUTCOME_MS,
    (tell, stop) =>
      plan === undefined
        ? Promise.reject(unknownOperation(operationId))
        : performVolumeAction(args, plan, services, tell, stop).then(
            (done) => ({ done }),
            (failure: unknown) => ({ failure }),
          ),
  );
  if (plan !== undefined) plans.set(operation, { plan, args });
  const known = plans.get(operation);
  const waited = await waitForOperation(operation, {
    timeoutMs: ANSWER_WITHIN_MS,
    signal,
    owned: started,
    onTick: () => progress(operation.progress.message, operation.progress.done, operation.progress.total),
  });
  if (known === undefined) throw unknownOperation(operationId);
  if (!waited.done) return report(known.args, known.plan, { status: "running", operationId }, signal);
  if ("failure" in waited.value) throw waited.value.failure;
  return report(known.args, known.plan, { status: "done", ...waited.value.done }, signal);
}

async function report(args: Arguments, plan: VolumePlan, outcome: Outcome, signal: AbortSignal) {
  const { items, trash, taken } = plan;
  const files = [
    ...plan.selected.flatMap((one) => one.files),
    ...(args.trash_id ? trash : []).flatMap((one) => one.files),
  ];
  return {
    status: outcome.status,
    action: args.action,
    volume: plan.volumeName,
    items: items.slice(0, MOST_SHOWN),
    items_omitted: Math.max(0, items.length - MOST_SHOWN),
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    would_overwrite: outcome.status === "dry_run" ? taken.slice(0, MOST_TAKEN) : [],
    trash_id: outcome.trashId ?? null,
    removals: trash.slice(0, MOST_SHOWN).map((entry) => ({
      trash_id: entry.trash_id,
      removed_at: entry.removed_at,
      volume: entry.volume,
      paths: entry.files.slice(0, MOST_TAKEN).map(({ path }) => `/${path}`),
    })),
    notes: outcome.notes ?? [],
    operation_id: outcome.operationId ?? null,
    endpoint: await plan.endpoint.describe(signal),
    next_step: nextStep(args, plan, outcome),
  };
}

function nextStep(args: Arguments, plan: VolumePlan, { status, trashId, operationId }: Outcome): string {
  if (status === "running")
    return `Call \`manage_volume\` with action ${args.action} and operation_id "${operationId}" to go on waiting.`;
  if (args.older_than !== undefined)
    return "Call `manage_volume` with `action: remove` and those `paths` that are to go.";
  if (status === "dry_run") return "Call `manage_volume` again without `dry_run` to do it.";
  if (args.action === "remove")
    return `To undo, call \`manage_volume\` with \`action: restore\` and trash_id "${trashId}".`;
  if (args.action === "restore" && args.trash_id === undefined)
    return plan.trash.length > 0
      ? "Call `manage_volume` with `action: restore` and a `trash_id`."
      : "The trash is empty.";
  return "Call `list_volume` to see the volume.";
}

/** Nothing is replaced by accident, on whatever endpoint. */
function checkTaken({ overwrite, action }: Arguments, { taken }: VolumePlan): void {
  const [first] = taken;
  if (first === undefined || overwrite) return;
  throw new ToolError(
    "already_exists",
    `Cannot ${action}: ${taken.length === 1 ? first : `${first} and ${taken.length - 1} more`} is there already`,
    "Pass `overwrite: true` to replace, or another `to`.",
  );
}

function unknownOperation(operationId: string): ToolError {
  return new ToolError(
    "not_found",
    `Cannot go on with "${operationId}": this server has no such work under way, or finished within the last ten minutes`,
    "Call `list_volume` to see how the volume stands.",
  );
}
