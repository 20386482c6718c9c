import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Fmu } from "../fmi/fmu.ts";
import type { Platform } from "../fmi/platforms.ts";
import { recordedColumns } from "../fmi/recording/recorded-columns.ts";
import type { CallLog } from "./call-log.ts";
import type { RunArguments, RunResult } from "./contract.ts";
import { containerPaths } from "./fmu-file.ts";
import { prepareLibrary } from "./fmu-library.ts";
import type { HostedCall } from "./hosted-app.ts";
import type { LibraryCache } from "./library-cache.ts";
import { type MountedFmu, withMountedFmu } from "./mounted-fmu.ts";
import type { OpenedFmus } from "./opened-fmus.ts";
import type { ProcessPool } from "./process-pool.ts";
import { levelOfStatus } from "./python-logging.ts";
import { toRunResult } from "./run-outcome.ts";
import { planRun, type RunPlan } from "./run-plan.ts";
import { compareSteps } from "./step-check.ts";
import { type SupervisedOutcome, superviseSimulation } from "./supervise.ts";

/** What simulations are done with. */
export interface SimulationEnvironment {
  pool: ProcessPool;
  opened: OpenedFmus;
  libraries: LibraryCache;
  workDir: string;
  /** Name and version, for the facts of a run. */
  engine: string;
  fmuPlatform: Platform;
  platform: NodeJS.Platform;
  /** Label of the platform that this computer is; libraries are looked for where FMUs are of the same. */
  ownPlatform: string;
  /** PATH, for a compiler. */
  searchPath: string;
  /** The most wall-clock seconds of a simulation, whatever its caller asks for. */
  timeoutSeconds: number;
  memoryLimitBytes: number;
}

const MAX_SERIES_BYTES = 16 * 1024 * 1024;
const PROGRESS_LOG_MS = 5000;
/* A new spare is started once the run is over and its result has reached the caller, or goes on for long. */
const REFILL_AFTER_MS = 100;
const REFILL_WHILE_RUNNING_MS = 250;

/** Runs the simulation a call asks for. Everything that goes wrong with FMU or arguments is in the result's errors. */
export async function simulate(
  call: HostedCall,
  args: RunArguments,
  log: CallLog,
  environment: SimulationEnvironment,
): Promise<RunResult> {
  const started = performance.now();
  log.write("INFO", `run_fmi_simulation started: ${containerPaths(args)[0] ?? args.fmu_storage_key}`);
  const run = (mounted: MountedFmu) => runPlanned(call, args, log, environment, mounted);
  const found = await withMountedFmu(call, args, environment, run);
  const result = "problem" in found ? failed([found.problem]) : found;
  for (const error of result.errors) log.write("ERROR", error);
  const seconds = (performance.now() - started) / 1000;
  log.write("INFO", `run_fmi_simulation finished in ${seconds.toFixed(3)} s: status=${result.status}`);
  // Old callers forbid members that they do not know, `logs` among them.
  return args.return_logs && args.extras ? { ...result, logs: [...log.lines] } : result;
}

function failed(errors: string[]): RunResult {
  return { status: "error", outputs: {}, errors };
}

async function runPlanned(
  call: HostedCall,
  args: RunArguments,
  log: CallLog,
  environment: SimulationEnvironment,
  { fmu, checksum }: MountedFmu,
): Promise<RunResult> {
  const plan = planRun(fmu, args, environment.fmuPlatform);
  if ("errors" in plan) return failed(plan.errors);
  for (const message of plan.messages) log.write("WARNING", message);
  const { startTime, stopTime, stepSize } = plan.settings;
  const { modelName } = fmu.description;
  log.write("INFO", `Simulating ${modelName} from ${startTime} to ${stopTime} s in steps of ${stepSize} s`);
  const context = { call, args, log, environment, fmu, checksum };
  const outcome = await runInChild(context, plan);
  if ("problem" in outcome) return failed([outcome.problem]);
  logReached(log, outcome);
  const engine = { engine: environment.engine, platform: environment.fmuPlatform.label };
  const result = toRunResult(plan, outcome, engine, args.extras);
  if (!plan.checkStep || outcome.error !== undefined || !args.extras) return result;
  return { ...result, ...(await checkStep(context, plan, outcome, result.messages ?? [])) };
}

interface RunContext {
  call: HostedCall;
  args: RunArguments;
  log: CallLog;
  environment: SimulationEnvironment;
  fmu: Fmu;
  /** Of the FMU's file. */
  checksum: string;
}

/** Has a fresh child process do what is planned; a problem is a sentence, and then nothing was run. */
async function runInChild(
  { call, args, log, environment, fmu, checksum }: RunContext,
  plan: RunPlan,
): Promise<SupervisedOutcome | { problem: string }> {
  const { pool, platform, fmuPlatform, memoryLimitBytes: memoryBytes } = environment;
  const timeoutSeconds = chooseTimeout(args.timeout_seconds ?? undefined, environment.timeoutSeconds);
  const cpuSeconds = Math.ceil((timeoutSeconds + 10) * availableParallelism());
  const timeoutMs = timeoutSeconds * 1000;
  const started = performance.now();
  const child = await pool.take();
  pool.refillIn(REFILL_WHILE_RUNNING_MS);
  try {
    const prepared = await prepareLibrary(fmu, plan, join(child.directory, "fmu"), {
      ...{ platform: fmuPlatform, isNative: fmuPlatform.label === environment.ownPlatform, checksum },
      libraries: environment.libraries,
      cacheFolder: join(environment.workDir, "compiled"),
      searchPath: environment.searchPath,
      signal: call.signal,
      timeoutMs,
      tell: (line) => log.print("stderr", line),
    });
    if ("problem" in prepared) return prepared;
    const startValues = await writeFiles(plan, child.directory);
    const { description, capacity } = plan;
    const settings = { ...plan.settings, startValues };
    const debugPath = plan.debug ? join(child.directory, ".modal-fmi-debug") : undefined;
    const { type: interfaceType } = plan.interface;
    const job = { ...prepared, description, interfaceType, settings, capacity, debugPath };
    return await superviseSimulation(
      child,
      { ...job, limits: { memoryBytes, cpuSeconds } },
      {
        ...{ signal: call.signal, timeoutMs, usedMs: performance.now() - started, platform },
        maxSeriesBytes: args.extras ? MAX_SERIES_BYTES : 0,
      },
      hooksOf(log),
    );
  } finally {
    // Not awaited: the result need not wait for it, and the pool does before it closes.
    child.dismiss();
    pool.refillIn(REFILL_AFTER_MS);
  }
}

/** Writes the files sent along; returns the start values with their paths. */
async function writeFiles({ files, settings }: RunPlan, directory: string) {
  const startValues = [...settings.startValues];
  let number = 0;
  for (const [parameter, { name, bytes }] of files) {
    // A folder for each: two files may have one name.
    const folder = join(directory, "files", String(number++));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, name.replace(/[^\p{L}\p{N}._ -]/gu, "_").replace(/^\.+/, "_"));
    await writeFile(path, bytes, { mode: 0o600 });
    startValues.push({ name: parameter, values: [path] });
  }
  return startValues;
}

/** Runs once more at half the step, at the same recorded points, and compares. */
async function checkStep(
  context: RunContext,
  plan: RunPlan,
  { recording }: SupervisedOutcome,
  messages: string[],
): Promise<Pick<RunResult, "step_check" | "messages">> {
  const { settings, description } = plan;
  const stepSize = settings.stepSize / 2;
  context.log.write("INFO", `Checking the step: simulating again in steps of ${stepSize} s`);
  const half = { ...settings, stepSize, stepsPerPoint: settings.stepsPerPoint * 2, saveState: false };
  const outcome = await runInChild(context, { ...plan, settings: half, debug: false });
  const problem = "problem" in outcome ? outcome.problem : outcome.error;
  if (problem !== undefined || "problem" in outcome || !outcome.recording || !recording) {
    return { messages: [...messages, `Warning: the step could not be checked: ${problem}`] };
  }
  const columns = recordedColumns(description, settings.outputs);
  return { step_check: compareSteps(columns, recording, outcome.recording, stepSize) };
}

function chooseTimeout(asked: number | undefined, most: number): number {
  return asked !== undefined && asked > 0 ? Math.min(asked, most) : most;
}

function hooksOf(log: CallLog): Parameters<typeof superviseSimulation>[3] {
  let told = performance.now();
  return {
    output: (source, line) => log.print(source, line),
    message: (status, category, text) => {
      const label = category === "" ? status : `${status}, ${category}`;
      log.write(levelOfStatus(status), `FMU [${label}] ${text}`);
    },
    progress: (time) => {
      if (performance.now() - told < PROGRESS_LOG_MS) return;
      told = performance.now();
      log.write("INFO", `Model time ${time} s reached`);
    },
  };
}

function logReached(log: CallLog, { timeReached, recording, seconds }: SupervisedOutcome): void {
  if (Number.isNaN(timeReached)) return;
  const steps = recording?.steps ?? 0;
  log.write("INFO", `Model time ${timeReached} s reached in ${steps} steps and ${seconds.toFixed(3)} s`);
}
