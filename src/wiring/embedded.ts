import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Emulator, FaultName } from "../emulator/index.ts";
import { ToolError } from "../errors.ts";
import type { Deployer, DeployOutcome, DeployRequest } from "../tools/services.ts";
import { createCliDeployer } from "./cli-deployer.ts";
import type { EndpointOptions } from "./endpoints.ts";
import { prepareHome } from "./home-folder.ts";
import { pythonForContainers } from "./python.ts";

/** The embedded endpoint, running. */
export interface Embedded {
  emulator: Emulator;
  deployer: Deployer;
  close(): Promise<void>;
}

/** Starts the emulator in this process with the built-in runner as its `fmi-runner` app, and with a bench of faults where some are given. */
export async function startEmbedded(
  options: EndpointOptions,
  faults?: readonly FaultName[],
): Promise<Embedded> {
  const [{ startEmulator }, { createBuiltInRunner }] = await Promise.all([
    import("../emulator/index.ts"),
    import("../runner/built-in.ts"),
  ]);
  const { config, log, programFolder } = options;
  await prepareHome(config.home);
  const { volumes, mounts } = config;
  const runner = createBuiltInRunner({
    childPath: join(programFolder, "runner-child.js"),
    workDir: join(config.home, "work"),
    timeoutSeconds: config.runTimeoutSeconds,
    mounts: { [mounts.fmi]: volumes.fmi, [mounts.fmiTest]: volumes.fmiTest },
    platform: options.platform,
    architecture: options.arch,
    version: options.version,
  });
  // A run is what most sessions come for: its process starts while the emulator does.
  runner.warmUp();
  try {
    const emulator = await startEmulator({
      stateDir: join(config.home, "emulator"),
      apps: [runner.app],
      faults,
      python: pythonForContainers(options.env, options.platform),
      onError: (message) => log.error(message),
    });
    const close = async () => {
      // Calls are ended first, and told so: a process that the runner kills would count as one that crashed.
      try {
        await emulator.close();
      } finally {
        await runner.close();
      }
    };
    const cli = createCliDeployer({
      ...{ config, env: options.env, programFolder, environment: emulator.environment },
      ...{
        tokenId: emulator.tokenId,
        tokenSecret: emulator.tokenSecret,
        serverUrl: emulator.url,
        guardsLive: false,
      },
    });
    const builtIn = createBuiltInDeployer(emulator, runner.app.name, cli.examplesFolder);
    const hosted = { app: runner.app.name, hostsPython: emulator.hostsPython };
    return { emulator, deployer: chooseDeployer(config, cli, builtIn, hosted), close };
  } catch (error) {
    await runner.close();
    throw error;
  }
}

/** A deployer of what is built in; to go back takes the CLI. */
type BuiltInDeployer = Omit<Deployer, "rollBack">;

function createBuiltInDeployer(emulator: Emulator, builtIn: string, examplesFolder: string): BuiltInDeployer {
  const note = "The runner built into this server answers: nothing was deployed from Python source.";
  const outcome = (parts: Partial<DeployOutcome>): DeployOutcome => ({
    answeredBy: "built_in",
    folder: undefined,
    command: undefined,
    appId: undefined,
    version: undefined,
    url: undefined,
    tail: [],
    notes: [note],
    ...parts,
  });
  return {
    examplesFolder,
    guardsLive: false,
    sharedPackages: [],
    sharedVersions: async () => [],
    updateShared: async () => "The built-in runner shares no package.",
    source: async () => undefined,
    async check({ app, runner }: DeployRequest) {
      if (app === builtIn) return "built_in";
      throw new ToolError(
        "failed_precondition",
        `Cannot deploy the ${runner} runner on the embedded endpoint: none is built into this server, and there is no \`modal\` CLI, or no Python 3.10, to deploy one with`,
        "Put a Python 3.10 on PATH, run `pip install modal`, or set `MODAL_CLI` to the command's path, then call `deploy_runner` again.",
      );
    },
    preview: async () => outcome({}),
    async deploy({ app, onLine }) {
      onLine(`Publishing the built-in runner as ${app}`);
      const { appId, version } = await emulator.publish(app);
      return outcome({ appId, version, tail: [`Published ${app} as version ${version}`] });
    },
  };
}

/**
 * Python source goes by the CLI: the configured folder, or the bundled one, which is the default for an app that is not
 * built in. Without either, without the CLI, or without a Python to run it with, the built-in runner stands in.
 */
function chooseDeployer(
  config: Config,
  cli: Deployer,
  builtIn: BuiltInDeployer,
  hosted: { app: string; hostsPython(): Promise<boolean> },
): Deployer {
  const choose = async <Request extends DeployRequest>(
    asked: Request,
  ): Promise<[BuiltInDeployer, Request]> => {
    const configured = asked.source === "configured";
    if (configured && !config.runnersDir && asked.app === hosted.app) return [builtIn, asked];
    if (!(await hosted.hostsPython())) return [builtIn, asked];
    if (configured && config.runnersDir) return [cli, asked];
    const request = { ...asked, source: "bundled" as const };
    const usable = await cli.check(request).then(
      () => true,
      () => false,
    );
    request.signal.throwIfAborted();
    return [usable ? cli : builtIn, request];
  };
  /** Makes a call that goes to whichever deployer it is for. */
  const pass =
    <Request extends DeployRequest, Result>(
      call: (deployer: BuiltInDeployer, request: Request) => Promise<Result>,
    ) =>
    async (asked: Request): Promise<Result> =>
      call(...(await choose(asked)));
  return {
    examplesFolder: cli.examplesFolder,
    guardsLive: cli.guardsLive,
    sharedPackages: cli.sharedPackages,
    sharedVersions: pass((deployer, request) => deployer.sharedVersions(request)),
    updateShared: pass((deployer, request) => deployer.updateShared(request)),
    source: pass((deployer, request) => deployer.source(request)),
    check: pass((deployer, request) => deployer.check(request)),
    preview: pass((deployer, request) => deployer.preview(request)),
    deploy: pass((deployer, request) => deployer.deploy(request)),
    rollBack: cli.rollBack,
  };
}
