import { join } from "node:path";
import type { Config } from "../config.ts";
import { ToolError } from "../errors.ts";
import type { Cli } from "../modal/cli-process.ts";
import type { Deployer, DeployRequest } from "../tools/services.ts";

/** What a deploy by the `modal` CLI needs to know. */
export interface CliDeployerOptions {
  config: Config;
  env: Readonly<Record<string, string | undefined>>;
  tokenId: string;
  tokenSecret: string;
  environment: string;
  serverUrl: string;
  programFolder: string;
  /** Whether an app that is live may be somebody's own. */
  guardsLive: boolean;
}

const TAIL_LINES = 40;

/** Deploys runners by `modal deploy -m …` in the folder that the configuration names. */
export function createCliDeployer(options: CliDeployerOptions): Deployer {
  const { config, env } = options;

  async function prepare(request: DeployRequest): Promise<{ cli: Cli; folder: string }> {
    const folder = sourceFolder(options, request);
    const [{ findCli }, { checkRunnerFolder }] = await Promise.all([
      import("../modal/cli-process.ts"),
      import("../modal/deploy.ts"),
    ]);
    await checkRunnerFolder(folder, request.module);
    const cli = await findCli(config.cli, env, request.signal);
    if (cli) return { cli, folder };
    throw new ToolError(
      "failed_precondition",
      `Cannot deploy ${request.app}: no \`modal\` command answers (tried ${config.cli ?? "modal on PATH and python3 -m modal"})`,
      "Run `pip install modal`, or set `MODAL_CLI` to the command's path.",
    );
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

  async function toCli(request: DeployRequest & { onLine(line: string): void }) {
    const { tokenId, tokenSecret, environment, serverUrl } = options;
    return {
      ...(await prepare(request)),
      module: request.module,
      name: request.name,
      environment: { tokenId, tokenSecret, environment, serverUrl, inherited: env },
      onLine: request.onLine,
      signal: request.signal,
    };
  }

  return {
    examplesFolder: join(options.programFolder, "..", "examples"),
    guardsLive: options.guardsLive,
    async sharedVersions(request) {
      const { findSharedVersions } = await import("../deployment/shared-package.ts");
      const folders = [
        sourceFolder(options, request),
        ...(config.controlPlaneDir ? [config.controlPlaneDir] : []),
      ];
      return findSharedVersions(folders, config.sharedPackages);
    },
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
      const [deploy, { deployWithCli }] = await Promise.all([toCli(request), import("../modal/deploy.ts")]);
      const { folder } = deploy;
      const done = await deployWithCli(deploy);
      return { ...outcome, folder, command: done.command, url: done.url, tail: done.tail.slice(-TAIL_LINES) };
    },
    async rollBack(request) {
      const [deploy, { rollBackWithCli }] = await Promise.all([toCli(request), import("../modal/deploy.ts")]);
      await rollBackWithCli({ ...deploy, name: request.name ?? request.app });
    },
  };
}

function sourceFolder({ config, programFolder }: CliDeployerOptions, { source, app }: DeployRequest): string {
  if (source === "bundled") return join(programFolder, "..", "runners");
  if (config.runnersDir) return config.runnersDir;
  throw new ToolError(
    "failed_precondition",
    `Cannot deploy ${app}: \`MODAL_RUNNERS_DIR\` is not set, so the runner's source is unknown`,
    'Set `MODAL_RUNNERS_DIR` to the folder that holds `sv_fmi` and `sv_energyplus`, or call `deploy_runner` with source "bundled".',
  );
}
