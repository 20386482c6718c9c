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
}

const TAIL_LINES = 40;

/** Deploys runners by `modal deploy -m …` in the folder that the configuration names. */
export function createCliDeployer(options: CliDeployerOptions): Deployer {
  const { config, env } = options;

  async function prepare(request: DeployRequest): Promise<{ cli: Cli; folder: string }> {
    const folder = sourceFolder(config, request);
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

  return {
    check: async (request) => void (await prepare(request)),
    async preview(request) {
      const { cli, folder } = await prepare(request);
      const notes = [`Would run \`${command(request)}\` with CLI ${cli.version} in "${folder}".`];
      return { ...outcome, folder, command: command(request), notes };
    },
    async deploy(request) {
      const { cli, folder } = await prepare(request);
      const { deployWithCli } = await import("../modal/deploy.ts");
      const { onLine, signal, module } = request;
      const { tokenId, tokenSecret, environment } = options;
      const done = await deployWithCli({
        cli,
        folder,
        module,
        environment: { tokenId, tokenSecret, environment, serverUrl: config.serverUrl, inherited: env },
        onLine,
        signal,
      });
      return { ...outcome, folder, command: done.command, url: done.url, tail: done.tail.slice(-TAIL_LINES) };
    },
  };
}

function sourceFolder(config: Config, { source, app }: DeployRequest): string {
  if (source === "bundled") {
    throw new ToolError(
      "failed_precondition",
      `Cannot deploy the bundled ${app} on Modal: this version ships no runner for Modal`,
      'Set `MODAL_RUNNERS_DIR` to your runners\' folder and call `deploy_runner` with source "configured".',
    );
  }
  if (config.runnersDir) return config.runnersDir;
  throw new ToolError(
    "failed_precondition",
    `Cannot deploy ${app}: \`MODAL_RUNNERS_DIR\` is not set, so the runner's source is unknown`,
    "Set `MODAL_RUNNERS_DIR` to the folder that holds `sv_fmi` and `sv_energyplus`, then start the server again.",
  );
}
