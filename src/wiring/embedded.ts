import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Emulator } from "../emulator/index.ts";
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

/** Starts the emulator in this process with the built-in runner as its `fmi-runner` app. */
export async function startEmbedded(options: EndpointOptions): Promise<Embedded> {
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
      python: pythonForContainers(options.env, options.platform),
      onError: (message) => log.error(message),
    });
    const close = async () => {
      await runner.close();
      await emulator.close();
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
    return { emulator, deployer: chooseDeployer(config, cli, builtIn), close };
  } catch (error) {
    await runner.close();
    throw error;
  }
}

function createBuiltInDeployer(emulator: Emulator, builtIn: string, examplesFolder: string): Deployer {
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
    sharedVersions: async () => [],
    async check({ app, runner }: DeployRequest) {
      if (app === builtIn) return "built_in";
      throw new ToolError(
        "failed_precondition",
        `Cannot deploy the ${runner} runner on the embedded endpoint: none is built into this server, and no \`modal\` CLI deploys one`,
        'Run `pip install modal` and call `deploy_runner` with source "bundled", or set `MODAL_RUNNERS_DIR`.',
      );
    },
    preview: async () => outcome({}),
    async deploy({ app, onLine }) {
      onLine(`Publishing the built-in runner as ${app}`);
      const { appId, version } = await emulator.publish(app);
      return outcome({ appId, version, tail: [`Published ${app} as version ${version}`] });
    },
    async rollBack({ app }) {
      throw new ToolError(
        "failed_precondition",
        `Cannot roll ${app} back on the embedded endpoint: no \`modal\` CLI was found`,
        "Run `pip install modal`, or set `MODAL_CLI` to the command's path.",
      );
    },
  };
}

/**
 * Python source goes by the CLI: the configured folder, or the bundled one. Without either, or without the CLI, the
 * built-in runner stands in.
 */
function chooseDeployer(config: Config, cli: Deployer, builtIn: Deployer): Deployer {
  const choose = async (request: DeployRequest, always = false): Promise<Deployer> => {
    if (request.source === "configured" && config.runnersDir) return cli;
    if (request.source === "configured" && !always) return builtIn;
    const usable = await cli.check({ ...request, source: "bundled" }).then(
      () => true,
      () => false,
    );
    request.signal.throwIfAborted();
    return usable ? cli : builtIn;
  };
  return {
    examplesFolder: cli.examplesFolder,
    guardsLive: cli.guardsLive,
    sharedVersions: async (request) => (await choose(request)).sharedVersions(request),
    check: async (request) => (await choose(request)).check(request),
    preview: async (request) => (await choose(request)).preview(request),
    deploy: async (request) => (await choose(request)).deploy(request),
    async rollBack(request) {
      const source = config.runnersDir ? request.source : ("bundled" as const);
      return (await choose(request, true)).rollBack({ ...request, source });
    },
  };
}
