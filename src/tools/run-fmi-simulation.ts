import * as z from "zod";
import { ToolError } from "../errors.ts";
import type { UserValue } from "../simulation/start-values.ts";
import { endpointField, environmentField, useTestVolumeField } from "./fields.ts";
import { confirmRun, estimateOf, type RunAsked } from "./run-consent.ts";
import { runLinks } from "./run-links.ts";
import { runOptions } from "./run-options.ts";
import { reportRun, runOutput } from "./run-report.ts";
import type { Services } from "./services.ts";
import { showPlot } from "./show-plot.ts";
import { showValue } from "./show-value.ts";
import { type StartedRun, startAnew, startFmiRun, wasInVain } from "./start-fmi-run.ts";
import { defineTool, type ToolContext } from "./tool.ts";
import { type RunClock, startClock, waitForRun } from "./wait-for-run.ts";

const MOST_CHARACTERS = 65_536;

/** The whole result follows the summary. */
const MOST_SUMMARIZED = 5;

const scalar = z
  .union([z.number(), z.boolean(), z.string()])
  .refine((value) => typeof value !== "string" || value.length <= MOST_CHARACTERS, {
    error: `text is limited to ${MOST_CHARACTERS} characters`,
  });
const startValue: z.ZodType<UserValue> = z.union([
  scalar,
  z.array(z.union([scalar, z.array(scalar).max(100_000)])).max(100_000),
]);

const input = z.strictObject({
  fmu_checksum: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe("From upload_fmu: all or 8 leading digits; or a unique file or model name."),
  path: z.string().min(1).optional().describe("Local .fmu: uploaded first."),
  run_id: z.string().max(64).optional().describe("Wait on, or fetch the outcome."),
  inputs: z
    .record(z.string(), startValue)
    .default({})
    .describe('Start values by name: numbers in the variable\'s unit, or text such as "40 degC".'),
  start_time: z.number().optional().describe("s"),
  stop_time: z.number().optional().describe("s"),
  step_size: z.number().optional().describe("Communication step size, s"),
  output_interval: z.number().optional().describe("s, a multiple of step_size"),
  tolerance: z.number().optional(),
  output_variables: z
    .array(z.string())
    .max(5_000)
    .optional()
    .describe("Names or patterns (*). Default: all outputs."),
  ...runOptions,
  plot: z.boolean().default(false).describe("Show the outputs over time."),
  use_test_volume: useTestVolumeField,
  return_logs: z.boolean().default(false).describe("Return the FMU's log."),
  timeout_seconds: z.number().positive().max(86_400).optional(),
  wait_seconds: z.number().min(0).max(45).default(40).describe("Then status is running."),
  dry_run: z.boolean().default(false).describe("Check and estimate only."),
  new_run: z.boolean().default(false).describe("Even if the same run is unfinished."),
  endpoint: endpointField,
  environment: environmentField,
});

/** Simulates an FMU by the deployed `run_fmi_simulation`. */
export const runFmiSimulationTool = defineTool({
  name: "run_fmi_simulation",
  title: "Simulate an FMU",
  description:
    "Simulate an FMU, by checksum or by path. Checks everything against the model description first. " +
    "Returns final values with units, statistics, the settings that applied, record and CSV files. Status running: call again " +
    "with run_id.",
  hints: { readOnly: false, destructive: false, idempotent: false, openWorld: true },
  input,
  output: runOutput,

  async confirm(args, context) {
    checkSubject(args);
    return args.run_id !== undefined || args.dry_run ? undefined : confirmRun(asRunAsked(args), context);
  },

  async run(args, context) {
    const clock = startClock(context.signal);
    if (args.dry_run && args.run_id === undefined) return reportDryRun(args, context, clock);
    const waitMs = args.wait_seconds * 1000;
    const wait = ({ record, endpoint, reused }: StartedRun) =>
      waitForRun(record, endpoint, context, { waitMs, clock, owned: !reused && args.run_id === undefined });
    let started =
      args.run_id === undefined
        ? await startFmiRun(args, context, clock)
        : await resume(args.run_id, context.services);
    let settled = await wait(started);
    const anew = (await wasInVain(started, settled.record))
      ? await startAnew(args, context, clock)
      : undefined;
    if (anew !== undefined) {
      const vain = `Run ${started.record.run_id} failed before it simulated anything, as runner or FMU had changed: run anew`;
      started = anew;
      settled = await wait(started);
      settled.notes.push(vain);
    }
    const { record, endpoint, reused } = started;
    const store = await context.services.runs();
    const plot = args.plot ? await showPlot(settled.record, {}, context, clock.signal) : undefined;
    return reportRun(settled.record, {
      reused,
      returnLogs: args.return_logs,
      recordFile: store.recordPath(record.run_id),
      endpoint: await endpoint.describe(context.signal),
      notes: [...settled.notes, ...(plot?.notes ?? [])],
      plotFile: plot?.file,
    });
  },

  summarize(output) {
    const name = `"${output.fmu.model_name}"`;
    const model = `${name} (run ${output.run_id})`;
    if (output.status === "dry_run") return `Nothing was run: ${name}. ${output.next_step}`;
    if (output.status === "running") return `Still running: ${model}. ${output.next_step}`;
    if (output.status !== "success")
      return `${output.status}: ${model}. ${output.errors.map((one) => one.message).join(" ")}`;
    const values = Object.entries(output.outputs).slice(0, MOST_SUMMARIZED);
    const lines = values.map(
      ([name, value]) => `${name} = ${showValue(value)}${output.units[name] ? ` ${output.units[name]}` : ""}`,
    );
    return [`Finished: ${model}. Final values:`, ...lines].join("\n");
  },

  links: runLinks,
});

/** The arguments of a call, checked. */
export type RunArguments = z.output<typeof input>;

function asRunAsked(args: RunArguments): RunAsked {
  const { path, fmu_checksum: name = "", endpoint, environment } = args;
  const subject = path === undefined ? { name } : { path };
  return { subject, endpoint, environment, startTime: args.start_time, stopTime: args.stop_time };
}

/** What the run would do, as its result would tell, with an estimate in place of an outcome. */
async function reportDryRun(args: RunArguments, context: ToolContext, clock: RunClock) {
  const { record, endpoint } = await startFmiRun(args, context, clock);
  const estimate = await estimateOf(asRunAsked(args), endpoint.name, context.services);
  return {
    ...reportRun(record, {
      ...{ reused: false, returnLogs: false, recordFile: null, notes: [] },
      endpoint: await endpoint.describe(context.signal),
    }),
    status: "dry_run" as const,
    estimate: { container_seconds: estimate?.seconds ?? null, from_runs: estimate?.runs ?? 0 },
    next_step: "Call `run_fmi_simulation` again without `dry_run`.",
  };
}

function checkSubject(args: RunArguments): void {
  const given = [args.fmu_checksum, args.path, args.run_id].filter((value) => value !== undefined);
  if (given.length === 1) return;
  throw new ToolError(
    "invalid_argument",
    `Cannot run: ${given.length === 0 ? "none" : "more than one"} of fmu_checksum, path and run_id was given`,
    "Pass exactly one of `fmu_checksum`, `path` and `run_id`.",
  );
}

async function resume(runId: string, services: Services): Promise<StartedRun> {
  const { getRun } = await import("../runs/get-run.ts");
  const record = await getRun(await services.runs(), runId);
  if (record.kind === "energyplus") {
    throw new ToolError(
      "invalid_argument",
      `Cannot use run "${runId}": it simulated a building model, not an FMU`,
      "Call `run_energyplus_simulation` with this `run_id`.",
    );
  }
  return { record, endpoint: await services.connect(record.endpoint, record.environment), reused: false };
}
