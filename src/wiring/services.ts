import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { createOperations } from "../operations.ts";
import { maskCredential, type Redact } from "../redact.ts";
import type { RunStore } from "../runs/store.ts";
import type { ConfigurationReport, Services, Settings } from "../tools/services.ts";
import type { Endpoints } from "./endpoints.ts";
import { prepareHome } from "./home-folder.ts";

/** What the services are made of. */
export interface ServicesOptions {
  config: Config;
  endpoints: Endpoints;
  env: Readonly<Record<string, string | undefined>>;
  homeFolder: string;
  workingFolder: string;
  redact: Redact;
  log: Log;
}

/** Makes what tools are given. Nothing is opened before a tool asks for it. */
export function createServices(options: ServicesOptions): Services & { close(): void } {
  const { endpoints } = options;
  const operations = createOperations();
  let store: Promise<RunStore> | undefined;
  return {
    settings: settingsOf(options),
    configuration: reportConfiguration(options),
    connect: endpoints.connect,
    runs() {
      store ??= openRuns(options).catch((error) => {
        store = undefined;
        throw error;
      });
      return store;
    },
    operations,
    close: () => operations.close(),
  };
}

async function openRuns({ config, redact }: ServicesOptions): Promise<RunStore> {
  await prepareHome(config.home);
  const { openRunStore } = await import("../runs/store.ts");
  return openRunStore(join(config.home, "runs"), redact);
}

function settingsOf({ config, homeFolder, workingFolder }: ServicesOptions): Settings {
  const { volumes, useTestVolume, mounts, roots, runTimeoutSeconds, allowProduction, sidecar } = config;
  return {
    volumes,
    useTestVolume,
    mounts,
    roots,
    workingFolder,
    homeFolder,
    runTimeoutSeconds,
    allowProduction,
    sidecar,
  };
}

function reportConfiguration({ config, env }: ServicesOptions): ConfigurationReport {
  let known: Promise<{ command: string; version: string } | undefined> | undefined;
  return {
    credentials: reportCredentials(config),
    endpointWhy: `${config.endpoint.default}: ${config.endpoint.why}`,
    problems: config.problems.map(({ variable, file, line, message, remedy }) => ({
      where: variable ?? `${file ?? "file"}${line === undefined ? "" : `:${line}`}`,
      message,
      remedy,
    })),
    warnings: config.warnings,
    async cli(signal) {
      known ??= findCliVersion(config, env, signal);
      const found = await known.catch(() => undefined);
      // A CLI that is missing now may be installed before the next question.
      if (!found) known = undefined;
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
