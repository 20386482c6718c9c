import { availableParallelism } from "node:os";
import type { Platform } from "../fmi/platforms.ts";
import type { CallLog } from "./call-log.ts";
import type { RunArguments, RunResult } from "./contract.ts";
import { containerPaths } from "./fmu-file.ts";
import type { HostedCall } from "./hosted-app.ts";
import { type MountedFmu, withMountedFmu } from "./mounted-fmu.ts";
import type { ProcessPool } from "./process-pool.ts";
import { levelOfStatus } from "./python-logging.ts";
import { toRunResult } from "./run-outcome.ts";
import { planRun } from "./run-plan.ts";
import { type SupervisedOutcome, superviseSimulation } from "./supervise.ts";

/** What simulations are done with. */
export interface SimulationEnvironment {
  pool: ProcessPool;
  workDir: string;
  /** Name and version, for the facts of a run. */
  engine: string;
  fmuPlatform: Platform;
  platform: NodeJS.Platform;
  /** The most wall-clock seconds of a simulation, whatever its caller asks for. */
  timeoutSeconds: number;
  memoryLimitBytes: number;
}

const MAX_SERIES_BYTES = 16 * 1024 * 1024;
const PROGRESS_LOG_MS = 5000;

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
  const found = await withMountedFmu(call, args, environment.workDir, run);
  const result = "problem" in found ? failed([found.problem]) : found;
  for (const error of result.errors) log.write("ERROR", error);
  const seconds = (performance.now() - started) / 1000;
  log.write("INFO", `run_fmi_simulation finished in ${seconds.toFixed(3)} s: status=${result.status}`);
  return args.return_logs ? { ...result, logs: [...log.lines] } : result;
}

function failed(errors: string[]): RunResult {
  return { status: "error", outputs: {}, errors };
}

async function runPlanned(
  call: HostedCall,
  args: RunArguments,
  log: CallLog,
  environment: SimulationEnvironment,
  { fmu, path }: MountedFmu,
): Promise<RunResult> {
  const plan = planRun(fmu, args, environment.fmuPlatform);
  if ("errors" in plan) return failed(plan.errors);
  for (const message of plan.messages) log.write("WARNING", message);
  const { settings, libraryPath, capacity } = plan;
  const { startTime, stopTime, stepSize } = settings;
  log.write(
    "INFO",
    `Simulating ${fmu.description.modelName} from ${startTime} to ${stopTime} s in steps of ${stepSize} s`,
  );
  const timeoutSeconds = chooseTimeout(args.timeout_seconds ?? undefined, environment.timeoutSeconds);
  const { memoryLimitBytes: memoryBytes } = environment;
  const cpuSeconds = Math.ceil((timeoutSeconds + 10) * availableParallelism());
  const { description } = fmu;
  const child = await environment.pool.take();
  environment.pool.refill();
  const outcome = await superviseSimulation(
    child,
    { fmuPath: path, libraryPath, description, settings, capacity, limits: { memoryBytes, cpuSeconds } },
    {
      signal: call.signal,
      timeoutMs: timeoutSeconds * 1000,
      platform: environment.platform,
      maxSeriesBytes: args.extras ? MAX_SERIES_BYTES : 0,
    },
    hooksOf(log),
  );
  logReached(log, outcome);
  const engine = { engine: environment.engine, platform: environment.fmuPlatform.label };
  return toRunResult(description, plan, outcome, engine, args.extras);
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
