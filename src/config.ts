import {
  type Credentials,
  chooseProfile,
  type ProfileChoice,
  resolveCredentials,
} from "./config/credentials.ts";
import {
  readAbsolutePath,
  readAbsolutePaths,
  readConfigPath,
  readHome,
  type System,
} from "./config/paths.ts";
import { type ProfileFile, readProfiles } from "./config/profiles.ts";
import {
  isObjectName,
  quote,
  readBoolean,
  readChoice,
  readInteger,
  readName,
  readText,
  serverUrlFault,
} from "./config/values.ts";
import { type ConfigProblem, type Env, type Findings, variableProblem } from "./config/variables.ts";

export type { Credentials } from "./config/credentials.ts";
export type { System } from "./config/paths.ts";
export { CONFIG_VARIABLES, type ConfigProblem } from "./config/variables.ts";

/** Modal's own endpoint, the one its JS SDK uses (src/config.ts of modal-js). */
export const MODAL_URL = "https://api.modal.com:443";

const MOUNTS = { fmi: "/fmus", fmiTest: "/fmus-test", outputs: "/outputs" } as const;

/** Everything the environment and the Modal configuration file say, decided once at start-up. */
export interface Config {
  credentials: Credentials;
  /** The endpoint of tools that name none, and a sentence why. */
  endpoint: { default: "modal" | "embedded"; why: string };
  serverUrl: string;
  /** Modal environment; "" means the workspace's default. */
  environment: string;
  profile: string | undefined;
  configPath: string;
  volumes: { fmi: string; fmiTest: string; energyplus: string; energyplusTest: string };
  useTestVolume: { fmi: boolean; energyplus: boolean };
  /** Where the runners' containers mount the volumes. */
  mounts: typeof MOUNTS;
  /** Folder of run records and of the embedded endpoint's state; absolute. */
  home: string;
  /** Folders FMUs may come from, absolute; undefined means any. */
  roots: string[] | undefined;
  runTimeoutSeconds: number;
  allowProduction: boolean;
  consent: {
    /** Container seconds of a run on Modal above which the user is asked. */
    aboveSeconds: number;
    /** Whether a confirmation may come as an argument of a call. */
    byValue: boolean;
  };
  maxRunsPerHour: number;
  /** How long and how much of runs' series is kept; records always are. */
  keeping: { days: number; bytes: number; parquet: boolean };
  runnersDir: string | undefined;
  controlPlaneDir: string | undefined;
  /** Names that the package which runners and control plane share may have. */
  sharedPackages: string[];
  /** Command of the Modal CLI. */
  cli: string | undefined;
  sidecar: boolean;
  /** Every bad value; its default stands in its place, so nothing should be done on an endpoint while there is one. */
  problems: ConfigProblem[];
  warnings: string[];
  /** Texts to redact: tokens and keys of the environment and of every profile. */
  secrets: string[];
}

/** Reads the whole configuration; reports every problem at once and never throws. */
export function loadConfig(env: Env, system: System): Config {
  const findings: Findings = { problems: [], warnings: [] };
  const { path: configPath, variable } = readConfigPath(env, system, findings);
  const file = readProfiles(configPath, system);
  if (!file.exists && variable !== undefined)
    findings.warnings.push(`${variable} names a file that does not exist: ${configPath}.`);
  const choice = chooseProfile(env, file, findings);
  const server = readServerUrl(env, file, choice, findings);
  const environment = readEnvironment(env, file, choice, findings);
  const tokens = resolveCredentials(env, file, choice, server.from, findings);
  const credentials = withBlocking(tokens, [...server.problems, ...environment.problems]);
  const endpoint = decideEndpoint(env, credentials, findings);
  return {
    credentials,
    endpoint,
    serverUrl: server.url,
    environment: environment.name,
    profile: choice.profile?.name,
    configPath,
    ...readVolumes(env, findings),
    mounts: MOUNTS,
    home: readHome(env, system, findings),
    roots: readAbsolutePaths(env, "MODAL_FMI_ROOTS", system, findings),
    runTimeoutSeconds: readInteger(env, "MODAL_FMI_RUN_TIMEOUT_S", 300, { min: 1, max: 86_400 }, findings),
    allowProduction: readBoolean(env, "MODAL_FMI_ALLOW_PRODUCTION", true, findings),
    consent: {
      aboveSeconds: readInteger(env, "MODAL_FMI_CONFIRM_ABOVE_S", 600, { min: 0, max: 1_000_000 }, findings),
      byValue: readBoolean(env, "MODAL_FMI_CONFIRM_BY_VALUE", false, findings),
    },
    keeping: {
      days: readInteger(env, "MODAL_FMI_KEEP_DAYS", 90, { min: 1, max: 36_500 }, findings),
      parquet: readBoolean(env, "MODAL_FMI_PARQUET", false, findings),
      bytes: 1e9 * readInteger(env, "MODAL_FMI_KEEP_GB", 5, { min: 0, max: 1_000_000 }, findings),
    },
    maxRunsPerHour: readInteger(env, "MODAL_FMI_MAX_RUNS_PER_HOUR", 60, { min: 0, max: 100_000 }, findings),
    runnersDir: readAbsolutePath(env, "MODAL_RUNNERS_DIR", system, findings),
    controlPlaneDir: readAbsolutePath(env, "CONTROL_PLANE_DIR", system, findings),
    sharedPackages: readSharedPackages(env, findings),
    cli: readText(env, "MODAL_CLI", findings),
    sidecar: readBoolean(env, "MODAL_FMI_SIDECAR", true, findings),
    problems: findings.problems,
    warnings: findings.warnings,
    secrets: collectSecrets(env, file),
  };
}

function readSharedPackages(env: Env, findings: Findings): string[] {
  const name = readText(env, "SHARED_PACKAGE_NAME", findings);
  return name === undefined ? ["vb_shared", "validibot-shared"] : [name];
}

function readVolumes(env: Env, findings: Findings): Pick<Config, "volumes" | "useTestVolume"> {
  const volumes = {
    fmi: readName(env, "FMI_VOLUME_NAME", "fmi-cache", findings),
    fmiTest: readName(env, "FMI_TEST_VOLUME_NAME", "fmi-cache-test", findings),
    energyplus: readName(env, "ENERGYPLUS_VOLUME_NAME", "energyplus-outputs", findings),
    energyplusTest: readName(env, "ENERGYPLUS_TEST_OUTPUT_VOLUME_NAME", "energyplus-outputs-test", findings),
  };
  if (volumes.fmi === volumes.fmiTest)
    findings.warnings.push(`The test volume of FMUs is the production volume, "${volumes.fmi}".`);
  if (volumes.energyplus === volumes.energyplusTest)
    findings.warnings.push(
      `The test volume of EnergyPlus outputs is the production volume, "${volumes.energyplus}".`,
    );
  const useTestVolume = {
    fmi: readBoolean(env, "FMI_USE_TEST_VOLUME", false, findings),
    energyplus: readBoolean(env, "ENERGYPLUS_USE_TEST_VOLUME", false, findings),
  };
  return { volumes, useTestVolume };
}

function readServerUrl(env: Env, file: ProfileFile, choice: ProfileChoice, findings: Findings) {
  const own: Findings = { problems: [], warnings: findings.warnings };
  const fromEnv = readText(env, "MODAL_SERVER_URL", own);
  const fromFile = choice.profile?.values.get("server_url");
  const from = fromEnv !== undefined ? "MODAL_SERVER_URL" : fromFile !== undefined ? "server_url" : undefined;
  const value = fromEnv ?? fromFile ?? MODAL_URL;
  const fault = serverUrlFault(value);
  if (fault === undefined) return { url: value.replace(/\/$/, ""), from, problems: own.problems } as const;
  const problem =
    from === "MODAL_SERVER_URL"
      ? variableProblem(
          from,
          `MODAL_SERVER_URL ${fault}.`,
          `Set MODAL_SERVER_URL to a URL such as ${MODAL_URL}.`,
        )
      : file.problem(
          choice.profile?.name,
          "server_url",
          `"server_url" of profile "${choice.profile?.name}" in ${file.path} ${fault}.`,
          `Set server_url to a URL such as ${MODAL_URL} in ${file.path}.`,
          "setting_invalid",
        );
  return { url: MODAL_URL, from, problems: [problem] } as const;
}

function readEnvironment(env: Env, file: ProfileFile, choice: ProfileChoice, findings: Findings) {
  const own: Findings = { problems: [], warnings: findings.warnings };
  const fromEnv = readText(env, "MODAL_ENVIRONMENT", own);
  const name = fromEnv ?? choice.profile?.values.get("environment") ?? "";
  if (name === "" || isObjectName(name)) return { name, problems: own.problems };
  const remedy = "Use at most 64 letters, digits, dashes, underscores and dots.";
  const problem =
    fromEnv !== undefined
      ? variableProblem(
          "MODAL_ENVIRONMENT",
          `MODAL_ENVIRONMENT is no name Modal accepts: ${quote(name)}.`,
          remedy,
        )
      : file.problem(
          choice.profile?.name,
          "environment",
          `"environment" of profile "${choice.profile?.name}" in ${file.path} is no name Modal accepts.`,
          remedy,
          "setting_invalid",
        );
  return { name: "", problems: [problem] };
}

/** A bad URL or environment makes the token unusable too: its default would send the user's work elsewhere. */
function withBlocking(credentials: Credentials, blocking: readonly ConfigProblem[]): Credentials {
  if (blocking.length === 0) return credentials;
  const own = credentials.kind === "invalid" ? credentials.problems : [];
  return { kind: "invalid", problems: [...own, ...blocking] };
}

function decideEndpoint(env: Env, credentials: Credentials, findings: Findings): Config["endpoint"] {
  const override = readChoice(env, "MODAL_FMI_ENDPOINT", ["modal", "embedded"], findings);
  const invalid = credentials.kind === "invalid" ? credentials.problems : [];
  if (override === "embedded") {
    for (const { message } of invalid) findings.warnings.push(`Modal cannot be used: ${message}`);
    return { default: "embedded", why: 'MODAL_FMI_ENDPOINT is "embedded".' };
  }
  findings.problems.push(...invalid);
  if (override === "modal") {
    if (credentials.kind === "none")
      findings.problems.push(
        variableProblem(
          "MODAL_FMI_ENDPOINT",
          `Cannot use Modal as MODAL_FMI_ENDPOINT asks. ${credentials.why}`,
          "Set MODAL_TOKEN_ID and MODAL_TOKEN_SECRET, or run `modal token new`.",
          "credentials_missing",
        ),
      );
    return { default: "modal", why: 'MODAL_FMI_ENDPOINT is "modal".' };
  }
  if (credentials.kind === "token")
    return { default: "modal", why: `A Modal token was found in ${credentials.from}.` };
  if (credentials.kind === "none") return { default: "embedded", why: credentials.why };
  return { default: "modal", why: "Modal is configured, but the configuration is wrong." };
}

function collectSecrets(env: Env, file: ProfileFile): string[] {
  const named = Object.entries(env).filter(([name]) => /^MODAL_\w*(TOKEN|SECRET|KEY)/.test(name));
  const found = [
    ...named.flatMap(([, value]) => [value, value?.trim()]),
    ...file.profiles.flatMap(({ values }) => [values.get("token_id"), values.get("token_secret")]),
  ];
  return [...new Set(found.filter((value): value is string => value !== undefined && value !== ""))];
}
