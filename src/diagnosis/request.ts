import type { Platform } from "../fmi/platforms.ts";
import type { Modal } from "../modal/modal.ts";
import type { RunRecord } from "../runs/record.ts";
import type { ProxyServer } from "./network.ts";

/** How the last deploy of an app ended, as far as a diagnosis needs it. */
export interface LastDeploy {
  state: "success" | "failed";
  /** ISO 8601. */
  finished_at: string;
  message?: string | undefined;
  remedy?: string | undefined;
  /** Foreign text. */
  detail?: string | undefined;
}

/** What is asked about; all undefined means everything. */
export interface Subject {
  runner: "fmi" | "energyplus" | undefined;
  runId: string | undefined;
  functionCallId: string | undefined;
  /** sha256, or 8 or more of its digits. */
  fmu: string | undefined;
}

/** Facts of the configuration. */
export interface ConfigurationFacts {
  credentials: { status: "ok" | "none" | "invalid"; from: string; tokenId: string | undefined };
  endpointWhy: string;
  problems: readonly { code: string; where: string; message: string; remedy: string }[];
  warnings: readonly string[];
  /** What speaks for a Modal account though none is configured: one sentence each. */
  signsOfModal: readonly string[];
  cli(signal: AbortSignal): Promise<{ command: string; version: string } | undefined>;
}

/** The endpoint to look at. */
export interface Connected {
  modal: Modal;
  note: string;
  /** Of its runner. */
  platform: Platform;
}

/** All that a diagnosis looks at; what it asks for is fetched on first use. */
export interface DiagnosisRequest {
  subject: Subject;
  configuration: ConfigurationFacts;
  /** The run that was asked about, or that the call belongs to. Rejects for a record that is damaged. */
  findRun(): Promise<RunRecord | undefined>;
  /** The newest run of this endpoint that began within an hour. */
  findNewestRun(connected: Connected, environment: string): Promise<RunRecord | undefined>;
  connect(run: RunRecord | undefined): Promise<Connected>;
  proxyOf(url: string): ProxyServer | undefined;
  runners: Readonly<
    Record<
      "fmi" | "energyplus",
      { app: string; functions: Readonly<Record<string, readonly string[]>>; volumes: readonly string[] }
    >
  >;
  lastDeploy(app: string, url: string, environment: string): Promise<LastDeploy | undefined>;
  sharedVersions(
    runner: "fmi" | "energyplus",
    signal: AbortSignal,
  ): Promise<readonly { name: string; version: string; file: string }[]>;
  /** The volumes of FMUs; the one that runs read by default stands first. */
  fmuVolumes: readonly [FmuVolume, FmuVolume];
}

/** A volume of FMUs. */
export interface FmuVolume {
  name: string;
  test: boolean;
}
