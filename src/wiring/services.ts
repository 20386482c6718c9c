import { access } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { findProxy } from "../diagnosis/network.ts";
import type { Log } from "../log.ts";
import { createOperations } from "../operations.ts";
import { maskCredential, type Redact } from "../redact.ts";
import type { RunStore } from "../runs/store.ts";
import type { ConfigurationReport, Services, Settings } from "../tools/services.ts";
import type { Endpoints } from "./endpoints.ts";
import { prepareHome } from "./home-folder.ts";
import { createHousekeeping } from "./housekeeping.ts";
import { createPlots } from "./plots.ts";
import { findSignsOfModal } from "./signs-of-modal.ts";

/** What the services are made of. */
export interface ServicesOptions {
  config: Config;
  endpoints: Endpoints;
  env: Readonly<Record<string, string | undefined>>;
  homeFolder: string;
  workingFolder: string;
  /** Folder of the built program: what draws lies there. */
  programFolder: string;
  redact: Redact;
  log: Log;
}

/** Makes what tools are given. Nothing is opened before a tool asks for it. */
export function createServices(
  options: ServicesOptions,
): Services & { /** Told of each call of a tool. */ onCall(): void; close(): void } {
  const { config, endpoints, log } = options;
  const operations = createOperations();
  let store: Promise<RunStore> | undefined;
  const runs = () => {
    store ??= openRuns(options).catch((error) => {
      store = undefined;
      throw error;
    });
    return store;
  };
  const findRuns = async () => ((await exists(join(config.home, "runs"))) ? runs() : undefined);
  const plots = createPlots(options.programFolder, runs);
  const housekeeping = createHousekeeping({
    findRuns,
    connect: endpoints.connect,
    defaultEndpoint: config.endpoint.default,
    keeping: config.keeping,
    log,
  });
  return {
    settings: settingsOf(options),
    configuration: reportConfiguration(options),
    connect: endpoints.connect,
    runs,
    findRuns,
    plots,
    onCall: housekeeping.onCall,
    async trash() {
      await prepareHome(options.config.home);
      const { openTrash } = await import("../catalog/trash.ts");
      return openTrash(join(options.config.home, "trash"));
    },
    operations,
    close() {
      housekeeping.close();
      operations.close();
      plots.close().catch(() => {});
    },
  };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function openRuns({ config, redact }: ServicesOptions): Promise<RunStore> {
  await prepareHome(config.home);
  const { openRunStore } = await import("../runs/store.ts");
  return openRunStore(join(config.home, "runs"), redact, { parquet: config.keeping.parquet });
}

function settingsOf({ config, homeFolder, workingFolder }: ServicesOptions): Settings {
  const { volumes, useTestVolume, mounts, roots, runTimeoutSeconds, allowProduction, sidecar } = config;
  const { consent, maxRunsPerHour } = config;
  return {
    volumes,
    useTestVolume,
    mounts,
    roots,
    workingFolder,
    homeFolder,
    deploysFolder: join(config.home, "deploys"),
    logsFolder: join(config.home, "logs"),
    runTimeoutSeconds,
    allowProduction,
    sidecar,
    confirmAboveSeconds: consent.aboveSeconds,
    maxRunsPerHour,
  };
}

/** How long a CLI that was not found is not looked for again. */
const CLI_MISSING_MS = 15_000;

function reportConfiguration({ config, env, homeFolder }: ServicesOptions): ConfigurationReport {
  let known: Promise<{ command: string; version: string } | undefined> | undefined;
  let missingUntil = 0;
  return {
    credentials: reportCredentials(config),
    endpointWhy: `${config.endpoint.default}: ${config.endpoint.why}`,
    problems: config.problems.map(({ code, variable, file, line, message, remedy }) => ({
      code,
      where: variable ?? `${file ?? "file"}${line === undefined ? "" : `:${line}`}`,
      message,
      remedy,
    })),
    warnings: config.warnings,
    signsOfModal: findSignsOfModal(config, env, homeFolder),
    proxyOf: (url) => findProxy(env, url),
    async cli(signal) {
      if (Date.now() < missingUntil) return undefined;
      known ??= findCliVersion(config, env, signal);
      const found = await known.catch(() => undefined);
      // A CLI that is missing now may be installed soon; but looking for it takes longer than all other checks.
      if (!found) {
        known = undefined;
        if (!signal.aborted) missingUntil = Date.now() + CLI_MISSING_MS;
      }
      return found;
    },
  };
}

async function findCliVersion(config: Config, env: ServicesOptions["env"], signal: AbortSignal) {
  const { findCli } = await import("../modal/cli-process.ts");
  const cli = await findCli(config.cli, env, signal);
  return cli && { command: [cli.program, ...cli.leading].join(" "), version: cli.version };
}

function reportCredentials({ credentials }: Config): ConfigurationReport["credentials"] {
  if (credentials.kind === "token")
    return { status: "ok", from: `From ${credentials.from}`, tokenId: maskCredential(credentials.tokenId) };
  if (credentials.kind === "none") return { status: "none", from: credentials.why, tokenId: undefined };
  return {
    status: "invalid",
    from: credentials.problems.map(({ message }) => message).join(" "),
    tokenId: undefined,
  };
}
