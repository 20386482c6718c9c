import { basename } from "node:path";
import * as z from "zod";
import { closedProduction } from "../catalog/fmu-volumes.ts";
import { ToolError } from "../errors.ts";
import type { RunRecord } from "../runs/record.ts";
import { buildingOutput, reportBuildingRun } from "./building-report.ts";
import { endpointField, environmentField, useTestVolumeField } from "./fields.ts";
import { confirmRun } from "./run-consent.ts";
import { runLinks } from "./run-links.ts";
import { RUNNER_APPS } from "./runners.ts";
import type { Endpoint, Services, Settings } from "./services.ts";
import { defineTool, type Question, type ToolContext } from "./tool.ts";
import { type RunClock, startClock, waitForRun } from "./wait-for-run.ts";

/** The runner's own limit: a year of a large building takes that order of time. */
const TIMEOUT_SECONDS = 3_600;

const CLEANUP_WITHIN_MS = 20_000;

const runId = z.string().max(64).optional();

const input = z.strictObject({
  model_path: z.string().optional().describe("epJSON or IDF file on this computer"),
  weather: z.string().optional().describe("Path of an EPW file, or a name that the runner has"),
  period: z.enum(["annual", "design_day"]).optional().describe("Default: as the model says"),
  use_test_volume: useTestVolumeField,
  keep_outputs: z.enum(["summary", "all"]).default("summary"),
  baseline_run_id: runId.describe("Run to compare with"),
  cleanup: z.boolean().default(false).describe("Remove the outputs from the volume at the end"),
  run_id: runId.describe("Go on waiting, or fetch the outcome"),
  wait_seconds: z.number().min(0).max(45).default(40),
  endpoint: endpointField,
  environment: environmentField,
});

/** Simulates a building model by the deployed `run_energyplus_simulation`. */
export const runEnergyplusSimulationTool = defineTool({
  name: "run_energyplus_simulation",
  title: "Simulate a building",
  description:
    "Simulate a building with EnergyPlus on the energyplus-runner app. Returns metrics with units (site energy, energy use " +
    "intensity, comfort), messages, differences from a baseline. Status running: call again with run_id.",
  hints: { readOnly: false, destructive: false, idempotent: false, openWorld: true },
  input,
  output: buildingOutput,

  async confirm(args, context) {
    const { endpoint, environment, model_path: path, run_id: earlier } = args;
    if (earlier !== undefined) return args.cleanup ? confirmCleanup(earlier, context) : undefined;
    if (path === undefined) return undefined;
    // A design day says nothing of how long a year takes.
    const isLike = (record: RunRecord) => (record.arguments.period ?? null) === (args.period ?? null);
    return confirmRun({ subject: { path }, endpoint, environment, isLike }, context);
  },

  async run(args, context) {
    const { services } = context;
    const clock = startClock(context.signal);
    const earlier = args.run_id === undefined ? undefined : await getBuildingRun(args.run_id, services);
    // What cannot be compared with is told before the run is paid for.
    const baselineId = args.baseline_run_id ?? earlier?.arguments.baseline_run_id;
    const baseline = typeof baselineId === "string" ? await getBaseline(baselineId, services) : undefined;
    const { record, endpoint, reused } = earlier
      ? await resume(earlier, services)
      : await start(args, services, clock.signal);
    const waitMs = args.wait_seconds * 1000;
    const owned = !reused && earlier === undefined;
    const settled = await waitForRun(record, endpoint, context, { waitMs, clock, owned });
    const cleaned = await cleanUp(settled.record, args, endpoint, services, clock);
    const store = await services.runs();
    return reportBuildingRun(cleaned.record, {
      reused,
      baseline,
      recordFile: store.recordPath(record.run_id),
      endpoint: await endpoint.describe(context.signal),
      notes: [...settled.notes, ...cleaned.notes],
    });
  },

  summarize(output) {
    const model = `${output.facts.model} (run ${output.run_id})`;
    if (output.status === "running") return `Still running: ${model}. ${output.next_step}`;
    if (output.status !== "success")
      return `${output.status}: ${model}. ${output.errors.map((one) => one.message).join(" ")}`;
    const lines = Object.entries(output.metrics).flatMap(([name, value]) =>
      value === null ? [] : [`${name} = ${Number(value.toPrecision(6))} ${output.units[name]}`],
    );
    return [`Simulated: ${model}.`, ...lines, ...(output.eui_reason ? [output.eui_reason] : [])].join("\n");
  },

  links: runLinks,
});

type Arguments = z.output<typeof input>;

/** The run that asked for it at its start removes its own; any other removal of files is asked about. */
async function confirmCleanup(runId: string, { services }: ToolContext): Promise<Question | undefined> {
  const { endpoint, energyplus, volume, environment } = await getBuildingRun(runId, services);
  const { allowProduction, volumes } = services.settings;
  if (!allowProduction && volume !== volumes.energyplusTest) throw closedProduction(volume);
  if (endpoint !== "modal" || energyplus?.cleanup === true || energyplus?.outputs_removed === true)
    return undefined;
  return {
    question: `Remove the outputs of run ${runId} from volume "${volume}" on Modal?`,
    facts: [`environment ${environment}`, "no copy of them is kept", "the metrics stay in the run's record"],
  };
}

interface Started {
  record: RunRecord;
  endpoint: Endpoint;
  reused: boolean;
}

async function resume(record: RunRecord, services: Services): Promise<Started> {
  return { record, endpoint: await services.connect(record.endpoint, record.environment), reused: false };
}

async function getBuildingRun(runId: string, services: Services): Promise<RunRecord> {
  const { getRun } = await import("../runs/get-run.ts");
  const record = await getRun(await services.runs(), runId);
  if (record.kind === "energyplus") return record;
  throw new ToolError(
    "invalid_argument",
    `Cannot use run "${runId}": it simulated an FMU, not a building model`,
    "Call `run_fmi_simulation` with this `run_id`.",
  );
}

async function getBaseline(runId: string, services: Services): Promise<RunRecord> {
  const baseline = await getBuildingRun(runId, services);
  if (baseline.status === "success") return baseline;
  throw new ToolError(
    "failed_precondition",
    `Cannot compare with run "${runId}": its status is ${baseline.status}`,
    "Pass `baseline_run_id` of a run that succeeded, or leave it out.",
  );
}

async function start(args: Arguments, services: Services, signal: AbortSignal): Promise<Started> {
  const { model_path: modelPath, weather, period } = args;
  if (modelPath === undefined || weather === undefined) {
    throw new ToolError(
      "invalid_argument",
      `Cannot simulate: ${modelPath === undefined ? "no model" : "no weather"} was given`,
      "Pass `model_path` and `weather`, or a `run_id`.",
    );
  }
  const { settings } = services;
  const [{ readModelFile }, { findWeather }, { startBuildingRun }, { resolveLocalFile }] = await Promise.all([
    import("../energyplus/model-file.ts"),
    import("../energyplus/weather.ts"),
    import("../simulation/start-building-run.ts"),
    import("../catalog/local-path.ts"),
  ]);
  const resolveFile = (path: string) => resolveLocalFile(path, settings);
  const path = await resolveFile(modelPath);
  const [model, found] = await Promise.all([readModelFile(path), findWeather(weather, resolveFile)]);
  const endpoint = await services.connect(args.endpoint, args.environment);
  const [store, { environment }] = await Promise.all([services.runs(), endpoint.describe(signal)]);
  const volume = outputVolume(args.use_test_volume, settings);
  const { record, reused } = await startBuildingRun(
    {
      ...{
        modal: endpoint.modal,
        store,
        endpoint: endpoint.name,
        environment,
        model,
        weather: found,
        period,
      },
      ...{ volume: volume.name, useTestVolume: volume.isTest, keepOutputs: args.keep_outputs },
      fileName: basename(path),
      cleanup: args.cleanup,
      timeoutSeconds: Math.max(TIMEOUT_SECONDS, settings.runTimeoutSeconds),
      given: JSON.parse(JSON.stringify(args)),
    },
    RUNNER_APPS.energyplus.app,
    signal,
  );
  return { record, endpoint, reused };
}

function outputVolume(useTest: boolean | undefined, { volumes, useTestVolume, allowProduction }: Settings) {
  const isTest = useTest ?? useTestVolume.energyplus;
  if (!isTest && !allowProduction) throw closedProduction(volumes.energyplus);
  return { name: isTest ? volumes.energyplusTest : volumes.energyplus, isTest };
}

/** Removes the outputs of a run that has ended, where this call or the one that started it asked for that. */
async function cleanUp(
  record: RunRecord,
  args: Arguments,
  endpoint: Endpoint,
  { runs, settings }: Services,
  clock: RunClock,
): Promise<{ record: RunRecord; notes: string[] }> {
  const isAsked = args.cleanup || record.energyplus?.cleanup === true;
  if (!isAsked || record.status === "running") return { record, notes: [] };
  const { cleanUpOutputs } = await import("../simulation/clean-up-outputs.ts");
  const useTestVolume = record.volume === settings.volumes.energyplusTest;
  const options = {
    useTestVolume,
    waitMs: Math.min(CLEANUP_WITHIN_MS, clock.leftMs(Number.POSITIVE_INFINITY)),
  };
  const cleaned = await cleanUpOutputs(endpoint.modal, await runs(), record, options, clock.signal);
  return { record: cleaned.record, notes: cleaned.warning === undefined ? [] : [cleaned.warning] };
}
