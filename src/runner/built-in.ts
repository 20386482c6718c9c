import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { currentPlatform } from "../fmi/platforms.ts";
import { createCallLog } from "./call-log.ts";
import { FMI_RUNNER_APP, probeArguments, runArguments } from "./contract.ts";
import type { HostedApp, HostedFunction, HostedParameter } from "./hosted-app.ts";
import { readKeywordArguments } from "./keyword-arguments.ts";
import { createLibraryCache } from "./library-cache.ts";
import type { MountPlace } from "./mounted-fmu.ts";
import { createOpenedFmus } from "./opened-fmus.ts";
import { probe } from "./probe.ts";
import { createProcessPool } from "./process-pool.ts";
import { type SimulationEnvironment, simulate } from "./simulate.ts";

/** How the built-in runner is set up. */
export interface BuiltInRunnerOptions {
  /** Absolute path of the bundled `child.ts`. */
  childPath: string;
  /** Folder for temporary files, made if missing; what runs leave behind is removed. */
  workDir: string;
  /** The most wall-clock seconds of a simulation. */
  timeoutSeconds: number;
  /** Container path -> volume name: `/fmus` and `/fmus-test`. */
  mounts: Readonly<Record<string, string>>;
  version: string;
  /** Memory an FMU may take, bytes; 2 GiB unless given. */
  memoryLimitBytes?: number | undefined;
  /** Simulations at a time; all processors but one unless given. */
  maxContainers?: number | undefined;
  /** Of the environment, all that a child gets to see: PATH, HOME, LANG. HOME is the child's own folder unless given. */
  environment?: Readonly<Partial<Record<"PATH" | "HOME" | "LANG", string | undefined>>> | undefined;
  /** As Node names them; those of this process unless given. */
  platform?: NodeJS.Platform | undefined;
  architecture?: string | undefined;
}

/** The app `fmi-runner`, hosted in this process, each simulation in a child process. */
export interface BuiltInRunner {
  readonly app: HostedApp;
  /** Starts a spare child process, so that the next simulation finds one. */
  warmUp(): void;
  /** Kills all child processes, removes their folders, and closes the FMUs kept open. */
  close(): Promise<void>;
}

const MEMORY_LIMIT_BYTES = 2 * 1024 ** 3;
/* The host's limit must not cut off a run that stops itself and still has its partial result to tell. */
const HOST_GRACE_SECONDS = 30;
const PROBE_TIMEOUT_SECONDS = 60;
const STALE_MS = 24 * 60 * 60 * 1000;

/** Makes the built-in runner; no process is started before the first run or {@link BuiltInRunner.warmUp}. */
export function createBuiltInRunner(options: BuiltInRunnerOptions): BuiltInRunner {
  const platform = options.platform ?? process.platform;
  const { childPath, workDir, timeoutSeconds, version } = options;
  const pool = createProcessPool({ childPath, workDir, platform, environment: childEnvironment(options) });
  const opened = createOpenedFmus();
  const libraries = createLibraryCache(workDir, platform);
  const environment = (): SimulationEnvironment => ({
    ...{ pool, opened, libraries, workDir, platform, timeoutSeconds },
    ownPlatform: currentPlatform(process.platform, process.arch).label,
    searchPath: childEnvironment(options).PATH ?? "",
    engine: `modal-fmi-mcp ${version}`,
    fmuPlatform: currentPlatform(platform, options.architecture ?? process.arch),
    memoryLimitBytes: options.memoryLimitBytes ?? MEMORY_LIMIT_BYTES,
  });
  let ready: Promise<void> | undefined;
  const prepare = () => {
    ready ??= prepareFolder(workDir).catch((thrown) => {
      ready = undefined;
      throw thrown;
    });
    return ready;
  };
  return {
    app: {
      name: FMI_RUNNER_APP,
      version,
      maxContainers: options.maxContainers ?? Math.max(1, availableParallelism() - 1),
      mounts: options.mounts,
      functions: [
        runFunction(prepare, environment, timeoutSeconds),
        probeFunction(prepare, { workDir, opened }),
      ],
    },
    warmUp: () => {
      void prepare().then(
        () => pool.refill(),
        () => {},
      );
    },
    close: async () => {
      await pool.close();
      await opened.close();
      libraries.close();
    },
  };
}

function runFunction(
  prepare: () => Promise<void>,
  environment: () => SimulationEnvironment,
  timeoutSeconds: number,
): HostedFunction {
  return {
    name: "run_fmi_simulation",
    parameters: [
      parameter("fmu_storage_key", "str", false),
      parameter("fmu_url", "str"),
      parameter("fmu_checksum", "str"),
      parameter("use_test_volume", "bool"),
      parameter("inputs", "dict"),
      parameter("simulation_config", "dict"),
      parameter("output_variables", "list"),
      parameter("return_logs", "bool"),
      parameter("extras", "bool"),
      parameter("tolerance", "float"),
      parameter("output_interval", "float"),
      parameter("timeout_seconds", "float"),
      parameter("input_series", "dict"),
      parameter("files", "dict"),
      parameter("solver", "str"),
      parameter("interface_type", "str"),
      parameter("check_step", "bool"),
      parameter("debug", "bool"),
      parameter("save_state", "bool"),
      parameter("initial_state", "any"),
    ],
    timeoutSeconds: timeoutSeconds + HOST_GRACE_SECONDS,
    run: async (call) => {
      const args = readKeywordArguments("run_fmi_simulation", runArguments, call.args, call.kwargs);
      await prepare();
      return simulate(call, args, createCallLog(call), environment());
    },
  };
}

function probeFunction(prepare: () => Promise<void>, place: MountPlace): HostedFunction {
  return {
    name: "probe_fmu",
    parameters: [
      parameter("fmu_storage_key", "str", false),
      parameter("fmu_url", "str"),
      parameter("fmu_checksum", "str"),
      parameter("use_test_volume", "bool"),
      parameter("return_logs", "bool"),
    ],
    timeoutSeconds: PROBE_TIMEOUT_SECONDS,
    run: async (call) => {
      const args = readKeywordArguments("probe_fmu", probeArguments, call.args, call.kwargs);
      await prepare();
      return probe(call, args, createCallLog(call), place);
    },
  };
}

function parameter(name: string, type: HostedParameter["type"], hasDefault = true): HostedParameter {
  return { name, type, hasDefault };
}

function childEnvironment({ environment = {} }: BuiltInRunnerOptions): Record<string, string> {
  const { PATH = "/usr/local/bin:/usr/bin:/bin", HOME, LANG = "C.UTF-8" } = environment;
  return HOME === undefined ? { PATH, LANG } : { PATH, LANG, HOME };
}

/** Makes the folder, and removes what a killed process left in it a day ago or earlier. */
async function prepareFolder(workDir: string): Promise<void> {
  await mkdir(workDir, { recursive: true, mode: 0o700 });
  for (const name of await readdir(workDir)) {
    if (!/^(run|fmu|libraries)-/.test(name)) continue;
    const path = join(workDir, name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || Date.now() - found.mtimeMs < STALE_MS) continue;
    await rm(path, { recursive: true, force: true });
  }
}
