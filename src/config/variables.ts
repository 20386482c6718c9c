/** The environment variables the program reads, in the order the README lists them; `default` is prose. */
export const CONFIG_VARIABLES = [
  {
    name: "MODAL_TOKEN_ID",
    default: "the profile's `token_id`",
    meaning: "Modal token id. Without any token the server works on this computer only.",
  },
  {
    name: "MODAL_TOKEN_SECRET",
    default: "the profile's `token_secret`",
    meaning: "Modal token secret.",
  },
  {
    name: "MODAL_PROFILE",
    default: "the active profile, else `default`",
    meaning: "Profile of the Modal configuration file to use.",
  },
  {
    name: "MODAL_ENVIRONMENT",
    default: "the profile's `environment`",
    meaning: "Modal environment; unset means the workspace's default.",
  },
  {
    name: "MODAL_SERVER_URL",
    default: "the profile's `server_url`, else Modal",
    meaning: "URL of a Modal endpoint; needs a token.",
  },
  { name: "MODAL_CONFIG_PATH", default: "`~/.modal.toml`", meaning: "Modal configuration file." },
  { name: "MODAL_CONFIG", default: "", meaning: "Another name of `MODAL_CONFIG_PATH`, which wins." },
  {
    name: "MODAL_FMI_ENDPOINT",
    default: "`modal` with a token, else `embedded`",
    meaning: "Endpoint that tools use when they name none: `modal` or `embedded`.",
  },
  {
    name: "MODAL_FMI_HOME",
    default: "the platform's data folder",
    meaning: "Folder of run records and of the embedded endpoint's state.",
  },
  {
    name: "MODAL_FMI_ROOTS",
    default: "any regular file",
    meaning: "Folders FMUs may be uploaded from, separated as `PATH` is.",
  },
  {
    name: "MODAL_FMI_KEEP_DAYS",
    default: "90",
    meaning: "Days that series, plots and states of runs are kept; records stay.",
  },
  { name: "MODAL_FMI_PARQUET", default: "0", meaning: "1 keeps series as Parquet, too." },
  { name: "MODAL_FMI_KEEP_GB", default: "5", meaning: "GB that they may take; the oldest go first." },
  { name: "MODAL_FMI_RUN_TIMEOUT_S", default: "300", meaning: "Time limit of a run in seconds." },
  {
    name: "MODAL_FMI_ALLOW_PRODUCTION",
    default: "1",
    meaning: "0 refuses to write to volumes other than the test volumes, and to deploy on Modal.",
  },
  {
    name: "MODAL_FMI_CONFIRM_ABOVE_S",
    default: "600",
    meaning:
      "A run on Modal that past runs of its FMU tell to take more container seconds needs your consent.",
  },
  {
    name: "MODAL_FMI_CONFIRM_BY_VALUE",
    default: "0",
    meaning:
      "1 takes consent as an argument where a host cannot ask you: the assistant can then give it by itself.",
  },
  {
    name: "MODAL_FMI_MAX_RUNS_PER_HOUR",
    default: "60",
    meaning: "Runs that may be started on Modal within an hour; runs on this computer do not count.",
  },
  { name: "MODAL_FMI_SIDECAR", default: "1", meaning: "0 uploads FMUs without a note about them." },
  { name: "FMI_VOLUME_NAME", default: "`fmi-cache`", meaning: "Volume of FMUs." },
  { name: "FMI_TEST_VOLUME_NAME", default: "`fmi-cache-test`", meaning: "Volume of FMUs for tests." },
  { name: "FMI_USE_TEST_VOLUME", default: "0", meaning: "1 uses the test volume of FMUs by default." },
  {
    name: "ENERGYPLUS_VOLUME_NAME",
    default: "`energyplus-outputs`",
    meaning: "Volume of EnergyPlus outputs.",
  },
  {
    name: "ENERGYPLUS_TEST_OUTPUT_VOLUME_NAME",
    default: "`energyplus-outputs-test`",
    meaning: "Volume of EnergyPlus outputs for tests.",
  },
  {
    name: "ENERGYPLUS_USE_TEST_VOLUME",
    default: "0",
    meaning: "1 uses the test volume of EnergyPlus outputs by default.",
  },
  {
    name: "MODAL_RUNNERS_DIR",
    default: "",
    meaning: "Folder of the runners' sources for `deploy_runner`.",
  },
  {
    name: "CONTROL_PLANE_DIR",
    default: "",
    meaning: "Folder of the control plane, whose version of the shared package must be the runners'.",
  },
  {
    name: "SHARED_PACKAGE_NAME",
    default: "`vb_shared` and `validibot-shared`",
    meaning: "Python package that the runners and the control plane share.",
  },
  {
    name: "MODAL_CLI",
    default: "`modal` on `PATH`, else `python3 -m modal`",
    meaning: "Command that starts the Modal CLI.",
  },
] as const;

/** Name of an environment variable of {@link CONFIG_VARIABLES}. */
export type VariableName = (typeof CONFIG_VARIABLES)[number]["name"];

/** Stable names of what may be wrong in the configuration, as `diagnose` reports them. */
export type ConfigCode =
  | "credentials_half"
  | "credentials_malformed"
  | "credentials_missing"
  | "profile_unknown"
  | "profile_ambiguous"
  | "url_without_token"
  | "setting_invalid";

/** One thing in the configuration that is wrong: where, what, and what to do. Never holds the value itself if it may be secret. */
export interface ConfigProblem {
  code: ConfigCode;
  /** Set where an environment variable is at fault. */
  variable: string | undefined;
  /** Set where the configuration file is at fault. */
  file: string | undefined;
  /** Line of `file`, from 1, where known. */
  line: number | undefined;
  message: string;
  remedy: string;
}

/** What was found wrong or odd so far; the readers add to it. */
export interface Findings {
  problems: ConfigProblem[];
  warnings: string[];
}

/** The environment's variables. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Makes the problem of an environment variable. */
export function variableProblem(
  variable: VariableName,
  message: string,
  remedy: string,
  code: ConfigCode = "setting_invalid",
): ConfigProblem {
  return { code, variable, file: undefined, line: undefined, message, remedy };
}

/** Whether a value consists of printable ASCII only, as gRPC metadata demands. */
export function isPlainAscii(value: string): boolean {
  return /^[\x20-\x7e]*$/.test(value);
}
