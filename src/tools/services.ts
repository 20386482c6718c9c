import type { Trash } from "../catalog/trash.ts";
import type { ProxyServer } from "../diagnosis/network.ts";
import type { Platform } from "../fmi/platforms.ts";
import type { Modal } from "../modal/modal.ts";
import type { Operations } from "../operations.ts";
import type { RunPlots } from "../plots/run-plots.ts";
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
  /** Names that the package which runner and control plane share may have. */
  sharedPackages: readonly string[];
  /** Versions of that package, each with the file that names it: the runner's files, then the control plane's. */
  sharedVersions(
    request: DeployRequest,
  ): Promise<{ name: string; version: string; file: string; of: "runner" | "control plane" }[]>;
  /** Upgrades that package in the runner's files to the newest version; resolves to a sentence. */
  updateShared(request: DeployRequest & { onLine(line: string): void }): Promise<string>;
  /** The source that a deploy would publish; undefined where none is. */
  source(request: DeployRequest): Promise<RunnerSource | undefined>;
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
  /** Tells this source from others: kept by the deployment, and by runners that answer with it. */
  tag?: string | undefined;
  signal: AbortSignal;
}

/** A runner's source: its folder, a word for its content, and the commit that it is at. */
export interface RunnerSource {
  folder: string;
  fingerprint: string;
  commit: { hash: string; dirty: boolean } | undefined;
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
  /** Where deploys under way and the last one's outcome are kept. */
  deploysFolder: string;
  /** Where logs are kept that are too long for an answer. */
  logsFolder: string;
  runTimeoutSeconds: number;
  allowProduction: boolean;
  sidecar: boolean;
  /** Container seconds of a run on Modal above which the user is asked. */
  confirmAboveSeconds: number;
  /** Runs that may be started on Modal within an hour. */
  maxRunsPerHour: number;
}

/** Facts of the credentials and the machine that `diagnose` reports; secrets masked. */
export interface ConfigurationReport {
  credentials: { status: "ok" | "none" | "invalid"; from: string; tokenId: string | undefined };
  endpointWhy: string;
  problems: readonly { code: string; where: string; message: string; remedy: string }[];
  warnings: readonly string[];
  /** What in the configuration speaks for a Modal account, where none is configured; undefined where embedded is meant. */
  signsOfModal: readonly string[] | undefined;
  /** The proxy that requests to a URL go through. */
  proxyOf(url: string): ProxyServer | undefined;
  cli(signal: AbortSignal): Promise<{ command: string; version: string } | undefined>;
}

/** What `main.ts` hands to the tools; each part is made on first use. */
export interface Services {
  settings: Settings;
  configuration: ConfigurationReport;
  /** Connects (once per endpoint and environment; a failure is not kept). */
  connect(endpoint: EndpointName | undefined, environment: string | undefined): Promise<Endpoint>;
  runs(): Promise<RunStore>;
  /** The runs kept; undefined, and nothing made, where nothing was ever kept. */
  findRuns(): Promise<RunStore | undefined>;
  /** Pictures of runs. */
  plots: RunPlots;
  /** What was removed from volumes, kept for a while. */
  trash(): Promise<Trash>;
  operations: Operations;
}
