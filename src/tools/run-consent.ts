import { basename } from "node:path";
import type { RunEstimate } from "../consent/modal-runs.ts";
import type { RunRecord } from "../runs/record.ts";
import type { EndpointName } from "./services.ts";
import type { Question, ToolContext } from "./tool.ts";

const RECORDS_LOOKED_AT = 500;

/** A run that is about to be started: a local file, or an FMU by checksum, its leading digits, file or model name. */
export interface RunAsked {
  subject: { path: string } | { name: string };
  endpoint: EndpointName | undefined;
  environment: string | undefined;
  /** Model time, s, where the caller names it. */
  startTime?: number | undefined;
  stopTime?: number | undefined;
  /** Whether an earlier run was of the same extent; left out, every one was. */
  isLike?(record: RunRecord): boolean;
}

/**
 * What to ask before a run on Modal: something only where earlier runs of the model tell that it takes long. Throws
 * `resource_exhausted` where no more runs may be started now. A run on this computer is neither counted nor asked about.
 */
export async function confirmRun(
  run: RunAsked,
  { services, signal }: ToolContext,
): Promise<Question | undefined> {
  const { settings } = services;
  const endpoint = await services.connect(run.endpoint, run.environment);
  if (endpoint.name !== "modal") return undefined;
  const records = await recentRuns(services);
  const { checkRunsPerHour } = await import("../consent/modal-runs.ts");
  checkRunsPerHour(records, settings.maxRunsPerHour);
  const estimate = await estimateFrom(records, run, "modal", settings);
  if (estimate === undefined || estimate.seconds <= settings.confirmAboveSeconds) return undefined;
  const facts = await endpoint.describe(signal);
  const { subject } = run;
  const model = "path" in subject ? basename(subject.path) : subject.name;
  return {
    question: `Run ${model} on Modal for about ${round(estimate.seconds)} container seconds?`,
    facts: [
      `workspace ${facts.workspace}, environment ${facts.environment}`,
      `estimated from ${estimate.runs} earlier ${estimate.runs === 1 ? "run" : "runs"} of it on Modal`,
      `you are asked above ${settings.confirmAboveSeconds} container seconds (MODAL_FMI_CONFIRM_ABOVE_S)`,
    ],
  };
}

/** How long a run may take in a container of the endpoint, from earlier runs of its model there. */
export async function estimateOf(
  run: RunAsked,
  endpoint: EndpointName,
  services: ToolContext["services"],
): Promise<RunEstimate | undefined> {
  return estimateFrom(await recentRuns(services), run, endpoint, services.settings);
}

async function recentRuns(services: ToolContext["services"]): Promise<RunRecord[]> {
  const store = await services.findRuns();
  return (await store?.list({ limit: RECORDS_LOOKED_AT })) ?? [];
}

async function estimateFrom(
  records: readonly RunRecord[],
  run: RunAsked,
  endpoint: EndpointName,
  settings: ToolContext["services"]["settings"],
): Promise<RunEstimate | undefined> {
  const { estimateRun } = await import("../consent/modal-runs.ts");
  const there = records.filter((record) => record.endpoint === endpoint && (run.isLike?.(record) ?? true));
  return estimateRun(await findSame(run.subject, there, settings), (record) => spanOf(record, run));
}

/** The runs of the same model; a local file counts by its content, which is read only where there is something to compare. */
async function findSame(
  subject: RunAsked["subject"],
  records: readonly RunRecord[],
  settings: ToolContext["services"]["settings"],
): Promise<RunRecord[]> {
  if (records.length === 0) return [];
  if ("name" in subject) return records.filter(({ fmu }) => isNamed(fmu, subject.name.trim().toLowerCase()));
  const [{ resolveLocalFile }, { checksumOfFile }] = await Promise.all([
    import("../catalog/local-path.ts"),
    import("../catalog/file-checksum.ts"),
  ]);
  const checksum = await checksumOfFile(await resolveLocalFile(subject.path, settings));
  return records.filter(({ fmu }) => fmu.checksum === checksum);
}

function isNamed({ checksum, file_name, model_name }: RunRecord["fmu"], asked: string): boolean {
  if (/^[0-9a-f]{8,64}$/.test(asked) && checksum.startsWith(asked)) return true;
  const bare = (name: string | undefined) => name?.toLowerCase().replace(/\.fmu$/, "");
  return [bare(file_name), bare(model_name)].includes(bare(asked));
}

function spanOf(record: RunRecord, { startTime, stopTime }: RunAsked) {
  const start = settingOf(record, "start_time") ?? 0;
  const stop = settingOf(record, "stop_time");
  if (stop === undefined || stopTime === undefined) return undefined;
  return { asked: stopTime - (startTime ?? start), past: stop - start };
}

function settingOf({ settings }: RunRecord, name: string): number | undefined {
  const setting = settings[name];
  if (typeof setting !== "object" || setting === null || Array.isArray(setting)) return undefined;
  return typeof setting.value === "number" ? setting.value : undefined;
}

/** Two digits: more would look like a measurement. */
function round(seconds: number): number {
  return Number(seconds.toPrecision(2));
}
