import type { Config, ConfigProblem } from "../config.ts";
import { ToolError } from "../errors.ts";
import { currentPlatform, type Platform } from "../fmi/platforms.ts";
import type { Log } from "../log.ts";
import type { Identity, Modal } from "../modal/modal.ts";
import type { Deployer, Endpoint, EndpointName } from "../tools/services.ts";
import { createCliDeployer } from "./cli-deployer.ts";
import { type Embedded, startEmbedded } from "./embedded.ts";

/** What endpoints are made of. */
export interface EndpointOptions {
  config: Config;
  env: Readonly<Record<string, string | undefined>>;
  /** Folder of the built program: the runner child lies there. */
  programFolder: string;
  /** Of this program. */
  version: string;
  log: Log;
  platform: NodeJS.Platform;
  arch: string;
}

/** The endpoints of this process, each connected on first use. */
export interface Endpoints {
  connect(name: EndpointName | undefined, environment: string | undefined): Promise<Endpoint>;
  close(): Promise<void>;
}

/** Modal's containers run FMUs on Linux x86-64. */
const MODAL_PLATFORM = currentPlatform("linux", "x64");

/** Makes the endpoints. Nothing starts before the first `connect`; a connection that failed is not kept. */
export function createEndpoints(options: EndpointOptions): Endpoints {
  const connections = new Map<string, Promise<Endpoint>>();
  let embedded: Promise<Embedded> | undefined;

  const emulator = () => {
    embedded ??= startEmbedded(options).catch((error) => {
      embedded = undefined;
      throw error;
    });
    return embedded;
  };

  async function open(name: EndpointName, environment: string): Promise<Endpoint> {
    if (name === "modal") return openModal(options, environment);
    const running = await emulator();
    const modal = await connect(options, {
      ...running.emulator,
      environment: environment || running.emulator.environment,
    });
    const platform = currentPlatform(options.platform, options.arch);
    return toEndpoint({
      name,
      modal,
      note: embeddedNote(options.config),
      platform,
      deployer: running.deployer,
    });
  }

  return {
    connect(name, environment) {
      const chosen = name ?? options.config.endpoint.default;
      const problem = configurationError(options.config, chosen);
      if (problem) return Promise.reject(problem);
      const inEnvironment = environment ?? (chosen === "modal" ? options.config.environment : "");
      const key = `${chosen} ${inEnvironment}`;
      const known = connections.get(key);
      if (known) return known;
      const opening = open(chosen, inEnvironment);
      connections.set(key, opening);
      opening.catch(() => connections.delete(key));
      return opening;
    },
    async close() {
      const opened = await Promise.allSettled(connections.values());
      connections.clear();
      await Promise.all(
        opened.map((one) => (one.status === "fulfilled" ? one.value.modal.close() : undefined)),
      );
      const running = await embedded?.catch(() => undefined);
      await running?.close();
    },
  };
}

async function openModal(options: EndpointOptions, environment: string): Promise<Endpoint> {
  const { config } = options;
  const { credentials } = config;
  if (credentials.kind === "invalid") throw problemsError(credentials.problems);
  if (credentials.kind === "none") {
    const remedy =
      "Set `MODAL_TOKEN_ID` and `MODAL_TOKEN_SECRET`, or run `modal token new`, then start the server again.";
    throw new ToolError("unauthenticated", `Cannot use Modal: ${credentials.why.replace(/\.$/, "")}`, remedy);
  }
  const { tokenId, tokenSecret } = credentials;
  const modal = await connect(options, { url: config.serverUrl, tokenId, tokenSecret, environment });
  const deployer = createCliDeployer({
    ...{ config, env: options.env, tokenId, tokenSecret, environment },
    serverUrl: config.serverUrl,
    programFolder: options.programFolder,
    guardsLive: true,
  });
  return toEndpoint({
    name: "modal",
    modal,
    note: `On Modal: ${config.serverUrl}`,
    platform: MODAL_PLATFORM,
    deployer,
  });
}

/** A wrong setting stops all work, as its default might send it elsewhere; the embedded endpoint needs no credentials. */
function configurationError(config: Config, chosen: EndpointName): ToolError | undefined {
  const { credentials, problems } = config;
  const ofModal = new Set<ConfigProblem>(credentials.kind === "invalid" ? credentials.problems : []);
  const blocking = chosen === "modal" ? problems : problems.filter((problem) => !ofModal.has(problem));
  return blocking.length > 0 ? problemsError(blocking) : undefined;
}

function problemsError(problems: readonly ConfigProblem[]): ToolError {
  const all = problems
    .map(({ message }) => message)
    .join(" ")
    .replace(/\.$/, "");
  const remedy = problems[0]?.remedy ?? "Mend the configuration.";
  return new ToolError("failed_precondition", `Cannot connect: ${all}`, remedy);
}

async function connect(
  { log }: EndpointOptions,
  to: { url: string; tokenId: string; tokenSecret: string; environment: string },
): Promise<Modal> {
  const { connectModal } = await import("../modal/connect.ts");
  const { url, tokenId, tokenSecret, environment } = to;
  return connectModal({
    url,
    tokenId,
    tokenSecret,
    environment,
    log: (level, message) => log[level](message),
  });
}

/** Short, as every result carries it; `diagnose` tells the whole reason. */
function embeddedNote({ endpoint, credentials }: Config): string {
  const why =
    endpoint.default === "modal"
      ? "as this call asked for"
      : credentials.kind === "none"
        ? "as no Modal token is configured"
        : "as MODAL_FMI_ENDPOINT says";
  return `Embedded: on this computer only, not on Modal, ${why}.`;
}

function toEndpoint(parts: {
  name: EndpointName;
  modal: Modal;
  note: string;
  platform: Platform;
  deployer: Deployer;
}): Endpoint {
  let identity: Identity | undefined;
  const whoAmI = async (signal?: AbortSignal) => {
    identity ??= await parts.modal.whoAmI(signal);
    return identity;
  };
  return {
    ...parts,
    async describe(signal) {
      const { workspace, environment } = await whoAmI(signal);
      return { name: parts.name, workspace, environment, note: parts.note };
    },
    who: async (signal) => (await whoAmI(signal)).tokenName,
  };
}
