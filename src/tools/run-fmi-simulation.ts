import * as z from "zod";
import { ToolError } from "../errors.ts";
import type { RunRecord } from "../runs/record.ts";
import type { UserValue } from "../simulation/start-values.ts";
import { endpointField, environmentField, useTestVolumeField } from "./fields.ts";
import { planRunWithOptions, runOptions } from "./run-options.ts";
import { reportRun, runOutput } from "./run-report.ts";
import { RUNNER_APPS } from "./runners.ts";
import type { Endpoint, Services } from "./services.ts";
import { defineTool, type ToolContext } from "./tool.ts";
import { ANSWER_WITHIN_MS, type RunClock, startClock, waitForRun } from "./wait-for-run.ts";

const MOST_CHARACTERS = 65_536;

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
    .describe("Checksum from upload_fmu, 8 or more leading digits of it, or a unique file or model name."),
  path: z.string().min(1).optional().describe("Path of an .fmu on this computer: uploaded first."),
  run_id: z.string().max(64).optional().describe("Go on waiting for a run, or fetch its stored outcome."),
  inputs: z
    .record(z.string(), startValue)
    .default({})
    .describe(
      'Start values of inputs and parameters by name: numbers in the variable\'s unit, or text such as "40 degC".',
    ),
  start_time: z.number().optional().describe("s"),
  stop_time: z.number().optional().describe("s"),
  step_size: z.number().optional().describe("Communication step size, s"),
  output_interval: z.number().optional().describe("Recorded every so many s: a multiple of step_size."),
  tolerance: z.number().optional().describe("Relative tolerance"),
  output_variables: z
    .array(z.string())
    .max(5_000)
    .optional()
    .describe("Names, or patterns with *. Default: every variable of causality output."),
  ...runOptions,
  use_test_volume: useTestVolumeField,
  return_logs: z.boolean().default(false).describe("Return the FMU's log lines with the result."),
  timeout_seconds: z
    .number()
    .positive()
    .max(86_400)
    .optional()
    .describe("Wall-clock limit of the simulation, s"),
  wait_seconds: z
    .number()
    .min(0)
    .max(45)
    .default(40)
    .describe("Answer after so long at most; then status is running."),
  new_run: z.boolean().default(false).describe("Start anew even where the same run is unfinished."),
  endpoint: endpointField,
  environment: environmentField,
});

/** Simulates an FMU by the deployed `run_fmi_simulation`. */
export const runFmiSimulationTool = defineTool({
  name: "run_fmi_simulation",
  title: "Simulate an FMU",
  description:
    "Simulate an FMU on the fmi-runner app: by checksum, or by path (uploads it first). Checks everything against the model " +
    "description before the run. Returns final values with units, statistics over the run, the settings that applied, and where " +
    "record and CSV series are. A long run comes back as status running: call again with its run_id.",
  hints: { readOnly: false, destructive: false, idempotent: false, openWorld: true },
  input,
  output: runOutput,

  async run(args, context) {
    checkSubject(args);
    const clock = startClock(context.signal);
    const { record, endpoint, reused } =
      args.run_id === undefined
        ? await startInTime(args, context, clock)
        : await resume(args.run_id, context.services);
    const owned = !reused && args.run_id === undefined;
    const waitMs = args.wait_seconds * 1000;
    const settled = await waitForRun(record, endpoint, context, { waitMs, clock, owned });
    const store = await context.services.runs();
    return reportRun(settled.record, {
      reused,
      returnLogs: args.return_logs,
      recordFile: store.recordPath(record.run_id),
      endpoint: await endpoint.describe(context.signal),
      notes: settled.notes,
    });
  },

  summarize(output) {
    const model = `${output.fmu.model_name} (run ${output.run_id})`;
    if (output.status === "running") return `Still running: ${model}. ${output.next_step}`;
    if (output.status !== "success")
      return `${output.status}: ${model}. ${output.errors.map((one) => one.message).join(" ")}`;
    const values = Object.entries(output.outputs).slice(0, 20);
    const lines = values.map(
      ([name, value]) =>
        `${name} = ${JSON.stringify(value)}${output.units[name] ? ` ${output.units[name]}` : ""}`,
    );
    return [`Finished: ${model}. Final values:`, ...lines].join("\n");
  },
});

type Arguments = z.output<typeof input>;

function checkSubject(args: Arguments): void {
  const given = [args.fmu_checksum, args.path, args.run_id].filter((value) => value !== undefined);
  if (given.length === 1) return;
  throw new ToolError(
    "invalid_argument",
    `Cannot run: ${given.length === 0 ? "none" : "more than one"} of fmu_checksum, path and run_id was given`,
    "Pass exactly one of `fmu_checksum`, `path` and `run_id`.",
  );
}

interface Started {
  record: RunRecord;
  endpoint: Endpoint;
  reused: boolean;
}

async function resume(runId: string, services: Services): Promise<Started> {
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

async function startInTime(args: Arguments, context: ToolContext, clock: RunClock): Promise<Started> {
  try {
    return await start(args, context, clock);
  } catch (error) {
    if (context.signal.aborted || !clock.signal.aborted) throw error;
    throw new ToolError(
      "unavailable",
      `Cannot start the run: the endpoint took longer than ${ANSWER_WITHIN_MS / 1000} s over it`,
      "Call `diagnose`, then `run_fmi_simulation` again with the same arguments.",
      { cause: error },
    );
  }
}

async function start(
  args: Arguments,
  { services, progress }: ToolContext,
  clock: RunClock,
): Promise<Started> {
  const { signal } = clock;
  const [{ findOrUpload }, { findRunFunction, startRun }] = await Promise.all([
    import("../catalog/find-or-upload.ts"),
    import("../simulation/start-run.ts"),
  ]);
  const endpoint = await services.connect(args.endpoint, args.environment);
  const fn = findRunFunction(endpoint.modal, RUNNER_APPS.fmi.app, signal);
  const [store, facts] = await Promise.all([services.runs(), endpoint.describe(signal)]);
  const subject = args.path === undefined ? { checksum: args.fmu_checksum ?? "" } : { path: args.path };
  const found = await findOrUpload(endpoint, subject, {
    operations: services.operations,
    settings: services.settings,
    useTestVolume: args.use_test_volume,
    answerWithinMs: clock.leftMs(Number.POSITIVE_INFINITY),
    signal,
    onProgress: progress,
  });
  const plan = await planRunWithOptions(found, args, store, services.settings);
  const { record, reused } = await startRun(
    {
      modal: endpoint.modal,
      store,
      endpoint: endpoint.name,
      environment: facts.environment,
      volume: found.volumeName,
      useTestVolume: found.volumeName === services.settings.volumes.fmiTest,
      fmu: {
        checksum: found.checksum,
        file_name: found.fileName,
        model_name: found.description.modelName,
        fmi_version: found.description.fmiVersion,
      },
      plan: { ...plan, warnings: [...found.warnings, ...plan.warnings] },
      given: JSON.parse(JSON.stringify(args)),
      returnLogs: args.return_logs,
      timeoutSeconds: args.timeout_seconds ?? services.settings.runTimeoutSeconds,
      newRun: args.new_run,
      fn,
    },
    RUNNER_APPS.fmi.app,
    signal,
  );
  return { record, endpoint, reused };
}
