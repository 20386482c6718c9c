import { dirname, join } from "node:path";
import type { Config } from "../config.ts";
import type { SharedVersion } from "../deployment/shared-package.ts";
import { ToolError } from "../errors.ts";
import type { Cli } from "../modal/cli-process.ts";
import type { DeployRequest, RunnerSource } from "../tools/services.ts";

/** Where the sources of runners are, and what is read of the environment. */
export interface RunnerSourceOptions {
  config: Config;
  env: Readonly<Record<string, string | undefined>>;
  programFolder: string;
}

/** What git, uv and pip need of the environment; no token of Modal's. */
const FOR_PACKAGES =
  /^(PATH|HOME|USER|LOGNAME|LANG|TMPDIR|TEMP|TMP|SYSTEMROOT|PATHEXT|APPDATA|LOCALAPPDATA|USERPROFILE|PIP_.*|UV_.*|GIT_SSH.*|SSH_AUTH_SOCK|NETRC|SSL_CERT_.*|.*_CA_BUNDLE|(https?|all|no)_proxy)$/i;

/** The folder that a deploy takes its source from. Throws `failed_precondition` where none is configured. */
export function sourceFolder(
  { config, programFolder }: RunnerSourceOptions,
  { source, app }: DeployRequest,
): string {
  if (source === "bundled") return join(programFolder, "..", "runners");
  if (config.runnersDir) return config.runnersDir;
  throw new ToolError(
    "failed_precondition",
    `Cannot deploy ${app}: \`MODAL_RUNNERS_DIR\` is not set, so the runner's source is unknown`,
    'Set `MODAL_RUNNERS_DIR` to the folder that holds `sv_fmi` and `sv_energyplus`, or call `deploy_runner` with source "bundled".',
  );
}

/** The volumes as this server uses them, in the words that the runners' modules read. */
export function runnerSettings({ volumes }: Config): Record<string, string> {
  return {
    FMI_VOLUME_NAME: volumes.fmi,
    FMI_TEST_VOLUME_NAME: volumes.fmiTest,
    ENERGYPLUS_OUTPUT_VOLUME_NAME: volumes.energyplus,
    ENERGYPLUS_TEST_OUTPUT_VOLUME_NAME: volumes.energyplusTest,
  };
}

/** Versions of the shared package in the runner's files and in the control plane's. */
export async function readSharedVersions(
  options: RunnerSourceOptions,
  request: DeployRequest,
): Promise<(SharedVersion & { of: "runner" | "control plane" })[]> {
  const { config } = options;
  const ofRunner = await sharedIn(config, sourceFolder(options, request));
  const ofPlane = config.controlPlaneDir ? await sharedIn(config, config.controlPlaneDir) : [];
  return [
    ...ofRunner.map((one) => ({ ...one, of: "runner" as const })),
    ...ofPlane.map((one) => ({ ...one, of: "control plane" as const })),
  ];
}

/** Upgrades the shared package in the runner's files; pip is that of the CLI's Python, else of the PATH. */
export async function upgradeRunner(
  { config, env }: RunnerSourceOptions,
  { cli, folder }: { cli: Cli; folder: string },
  { onLine, signal }: { onLine(line: string): void; signal: AbortSignal },
): Promise<string> {
  const { upgradeShared } = await import("../deployment/upgrade-process.ts");
  const beside = /[\\/]/.test(cli.program) ? [join(dirname(cli.program), "python3")] : [];
  return upgradeShared({
    folder,
    found: await sharedIn(config, folder),
    pythons: [...beside, "python3", "python"],
    env: forPackages(env),
    onLine,
    signal,
  });
}

/** The source that a deploy would publish. */
export async function readSource(
  options: RunnerSourceOptions,
  request: DeployRequest,
): Promise<RunnerSource> {
  const { config, env } = options;
  const [{ fingerprintSource }, { readCommit }, { pickOrdinary }] = await Promise.all([
    import("../deployment/source.ts"),
    import("../deployment/git-process.ts"),
    import("../modal/cli-process.ts"),
  ]);
  const folder = sourceFolder(options, request);
  const inherited = Object.entries(pickOrdinary(env)).filter(([name]) => /^(FMI|ENERGYPLUS)_/.test(name));
  const settings = { ...Object.fromEntries(inherited), ...runnerSettings(config) };
  const [fingerprint, commit] = await Promise.all([
    fingerprintSource(folder, settings),
    readCommit(folder, forPackages(env), request.signal),
  ]);
  return { folder, fingerprint, commit };
}

async function sharedIn(config: Config, folder: string): Promise<SharedVersion[]> {
  const { findSharedVersions } = await import("../deployment/shared-package.ts");
  return findSharedVersions([folder], config.sharedPackages);
}

function forPackages(env: RunnerSourceOptions["env"]): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => FOR_PACKAGES.test(name)));
}
