import { join } from "node:path";
import { ToolError } from "../errors.ts";
import type { Cli, CliEnvironment } from "../modal/cli-process.ts";
import type { Deployer, DeployRequest } from "../tools/services.ts";
import {
  type RunnerSourceOptions,
  readSharedVersions,
  readSource,
  runnerSettings,
  sourceFolder,
  upgradeRunner,
} from "./runner-source.ts";

/** What a deploy by the `modal` CLI needs to know. */
export interface CliDeployerOptions extends RunnerSourceOptions {
  tokenId: string;
  tokenSecret: string;
  environment: string;
  serverUrl: string;
  /** Whether an app that is live may be somebody's own. */
  guardsLive: boolean;
}

const TAIL_LINES = 40;
/** A deploy asks for the CLI at every step, and its start takes a second. */
const KNOW_CLI_MS = 60_000;

/** Deploys runners by `modal deploy -m …` in the folder that the configuration names. */
export function createCliDeployer(options: CliDeployerOptions): Deployer {
  const getCli = rememberCli(options);

  async function prepare(request: DeployRequest): Promise<{ cli: Cli; folder: string }> {
    const folder = sourceFolder(options, request);
    const { checkRunnerFolder } = await import("../modal/deploy.ts");
    await checkRunnerFolder(folder, request.module);
    return { cli: await getCli(request), folder };
  }

  const command = (request: DeployRequest) => `modal deploy -m ${request.module}`;
  const outcome = {
    answeredBy: "python" as const,
    appId: undefined,
    version: undefined,
    url: undefined,
    tail: [],
    notes: [],
  };

  return {
    examplesFolder: join(options.programFolder, "..", "examples"),
    guardsLive: options.guardsLive,
    sharedPackages: options.config.sharedPackages,
    sharedVersions: (request) => readSharedVersions(options, request),
    updateShared: async (request) => upgradeRunner(options, await prepare(request), request),
    source: (request) => readSource(options, request),
    async check(request) {
      await prepare(request);
      return "python";
    },
    async preview(request) {
      const { cli, folder } = await prepare(request);
      const notes = [`Would run \`${command(request)}\` with CLI ${cli.version} in "${folder}".`];
      return { ...outcome, folder, command: command(request), notes };
    },
    async deploy(request) {
      const { deployWithCli } = await import("../modal/deploy.ts");
      const { cli, folder } = await prepare(request);
      const done = await deployWithCli({ ...request, cli, folder, environment: environmentOf(options) });
      return { ...outcome, folder, command: done.command, url: done.url, tail: done.tail.slice(-TAIL_LINES) };
    },
    async rollBack(request) {
      const { rollBackWithCli } = await import("../modal/deploy.ts");
      // Modal keeps the version to go back to: no source is needed.
      const folder = options.programFolder;
      const name = request.name ?? request.app;
      const cli = await getCli(request, "roll back");
      await rollBackWithCli({ ...request, cli, folder, name, environment: environmentOf(options) });
    },
  };
}

function rememberCli({ config, env }: CliDeployerOptions) {
  let known: { cli: Cli; at: number } | undefined;
  return async ({ app, signal }: DeployRequest, what = "deploy"): Promise<Cli> => {
    if (known && performance.now() - known.at < KNOW_CLI_MS) return known.cli;
    const { findCli } = await import("../modal/cli-process.ts");
    const cli = await findCli(config.cli, env, signal);
    known = cli && { cli, at: performance.now() };
    if (cli) return cli;
    throw new ToolError(
      "failed_precondition",
      `Cannot ${what} ${app}: no \`modal\` command answers (tried ${config.cli ?? "modal on PATH and python3 -m modal"})`,
      "Run `pip install modal`, or set `MODAL_CLI` to the command's path.",
    );
  };
}

function environmentOf(options: CliDeployerOptions): CliEnvironment {
  const { tokenId, tokenSecret, environment, serverUrl, env, config } = options;
  return { tokenId, tokenSecret, environment, serverUrl, settings: runnerSettings(config), inherited: env };
}
