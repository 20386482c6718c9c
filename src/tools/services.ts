import type { Platform } from "../fmi/platforms.ts";
import type { Modal } from "../modal/modal.ts";
import type { Operations } from "../operations.ts";
import type { RunStore } from "../runs/store.ts";

export type EndpointName = "modal" | "embedded";

/** One Modal endpoint in one environment, connected. */
export interface Endpoint {
  name: EndpointName;
  modal: Modal;
  /** Where calls go and why, in a sentence for every result. */
  note: string;
  /** Facts for results; one round trip on first use. */
  describe(signal?: AbortSignal): Promise<EndpointFacts>;
  /** Who uploads, for the notes beside FMUs: the token's name, never the token. */
  who(signal?: AbortSignal): Promise<string | undefined>;
  /** The platform that this endpoint's runner loads FMUs on. */
  platform: Platform;
  deployer: Deployer;
}

/** Names a result's endpoint, workspace and environment. */
export interface EndpointFacts {
  name: EndpointName;
  workspace: string;
  environment: string;
  note: string;
}

/** Publishes a runner app on an endpoint: by the `modal` CLI on Modal, the built-in one on the embedded endpoint. */
export interface Deployer {
  /** Folder of the example FMUs whose answers are known. */
  examplesFolder: string;
  /** Whether an app that is live may be somebody's own. */
  guardsLive: boolean;
  /** Versions of the package that runner and control plane share, each with the file that names it. */
  sharedVersions(request: DeployRequest): Promise<{ name: string; version: string; file: string }[]>;
  /** Throws what would make the deploy fail before it starts: no folder, no CLI, no such runner. Tells what would answer. */
  check(request: DeployRequest): Promise<"python" | "built_in">;
  /** What a deploy would do. */
  preview(request: DeployRequest): Promise<DeployOutcome>;
  deploy(request: DeployRequest & { onLine(line: string): void }): Promise<DeployOutcome>;
  /** Makes the version before the live one live again; throws `failed_precondition` where only the CLI could. */
  rollBack(request: DeployRequest & { onLine(line: string): void }): Promise<void>;
}

export interface DeployRequest {
  runner: "fmi" | "energyplus";
  app: string;
  module: string;
  source: "configured" | "bundled";
  /** Deploys under another name than the app's own. */
  name?: string;
  signal: AbortSignal;
}

export interface DeployOutcome {
  /** Which body answers: the Python source deployed, or the runner built into this server. */
  answeredBy: "python" | "built_in";
  folder: string | undefined;
  command: string | undefined;
  appId: string | undefined;
  version: number | undefined;
  url: string | undefined;
  /** The CLI's last lines. */
  tail: string[];
  notes: string[];
}

/** The part of the configuration that tools act on. */
export interface Settings {
  volumes: { fmi: string; fmiTest: string; energyplus: string; energyplusTest: string };
  useTestVolume: { fmi: boolean; energyplus: boolean };
  mounts: { fmi: string; fmiTest: string; outputs: string };
  roots: readonly string[] | undefined;
  workingFolder: string;
  homeFolder: string;
  runTimeoutSeconds: number;
  allowProduction: boolean;
  sidecar: boolean;
}

/** Facts of the credentials and the machine that `diagnose` reports; secrets masked. */
export interface ConfigurationReport {
  credentials: { status: "ok" | "none" | "invalid"; from: string; tokenId: string | undefined };
  endpointWhy: string;
  problems: readonly { where: string; message: string; remedy: string }[];
  warnings: readonly string[];
  cli(signal: AbortSignal): Promise<{ command: string; version: string } | undefined>;
}

/** What `main.ts` hands to the tools; each part is made on first use. */
export interface Services {
  settings: Settings;
  configuration: ConfigurationReport;
  /** Connects (once per endpoint and environment; a failure is not kept). */
  connect(endpoint: EndpointName | undefined, environment: string | undefined): Promise<Endpoint>;
  runs(): Promise<RunStore>;
  operations: Operations;
}
