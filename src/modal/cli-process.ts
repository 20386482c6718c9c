import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { limitTime } from "../time-limit.ts";

/** How the `modal` CLI is started: a program and the arguments before the CLI's own. */
export interface Cli {
  program: string;
  leading: readonly string[];
  /** As `modal --version` prints it. */
  version: string;
}

/** What the CLI is told: everything resolved, nothing inherited but the names in `KEPT`. */
export interface CliEnvironment {
  tokenId: string;
  tokenSecret: string;
  serverUrl: string;
  environment: string;
  /** Names of the volumes and such, as the runners' modules read them; they win over what is inherited. */
  settings?: Readonly<Record<string, string>>;
  deployTag?: string | undefined;
  /** The whole environment to pick ordinary variables from. */
  inherited: Readonly<Record<string, string | undefined>>;
}

export interface CliResult {
  code: number;
  /** The last lines of standard output and error together, in order. */
  tail: string[];
  text: string;
}

/** Ordinary variables that a Python program needs to start and to reach the network; none holds a Modal secret. */
const KEPT =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_[A-Z]+|TMPDIR|TEMP|TMP|SYSTEMROOT|PATHEXT|APPDATA|LOCALAPPDATA|USERPROFILE|VIRTUAL_ENV|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|https?_proxy|all_proxy|no_proxy|(FMI|ENERGYPLUS)_[A-Z_]+)$/i;

const TAIL_LINES = 200;
const VERSION_TIMEOUT_MS = 20_000;

/** The first CLI that answers `--version`: the configured one, `modal` on PATH, `python3 -m modal`. */
export async function findCli(
  configured: string | undefined,
  inherited: Readonly<Record<string, string | undefined>>,
  signal?: AbortSignal,
): Promise<Cli | undefined> {
  const candidates: [string, string[]][] = configured
    ? [[configured, []]]
    : [
        ["modal", []],
        ["python3", ["-m", "modal"]],
      ];
  const limit = limitTime(signal, VERSION_TIMEOUT_MS);
  for (const [program, leading] of candidates) {
    const env = { ...pickOrdinary(inherited), MODAL_CONFIG_PATH: nowhere(inherited) };
    const result = await run(program, [...leading, "--version"], {
      env,
      cwd: undefined,
      onLine: () => {},
      signal: limit,
    }).catch(() => undefined);
    signal?.throwIfAborted();
    const version = result?.code === 0 ? /\d+(\.\d+)+\S*/.exec(result.text)?.[0] : undefined;
    if (version) return { program, leading, version };
  }
  return undefined;
}

/** Runs the CLI in a folder; lines of both streams go to `onLine` as they come. Aborting ends it. Rejects where it cannot start. */
export function runCli(
  cli: Cli,
  args: readonly string[],
  options: { cwd: string; environment: CliEnvironment; onLine: (line: string) => void; signal: AbortSignal },
): Promise<CliResult> {
  const { environment } = options;
  const env = {
    ...pickOrdinary(environment.inherited),
    ...environment.settings,
    ...(environment.deployTag ? { RUNNER_DEPLOY_TAG: environment.deployTag } : {}),
    MODAL_TOKEN_ID: environment.tokenId,
    MODAL_TOKEN_SECRET: environment.tokenSecret,
    MODAL_SERVER_URL: environment.serverUrl,
    ...(environment.environment ? { MODAL_ENVIRONMENT: environment.environment } : {}),
    MODAL_CONFIG_PATH: nowhere(environment.inherited),
    // One message, one line: Rich wraps its panels at the terminal's width.
    COLUMNS: "400",
    PYTHONUNBUFFERED: "1",
    PYTHONIOENCODING: "utf-8",
  };
  return run(cli.program, [...cli.leading, ...args], { ...options, env });
}

function run(
  program: string,
  args: readonly string[],
  options: {
    env: Record<string, string>;
    cwd: string | undefined;
    onLine: (line: string) => void;
    signal: AbortSignal;
  },
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", "pipe", "pipe"],
      signal: options.signal,
      killSignal: "SIGKILL",
      windowsHide: true,
    });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
        lines.push(line);
        if (lines.length > TAIL_LINES) lines.shift();
        options.onLine(line);
      });
    }
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, tail: lines, text: lines.join("\n") }));
  });
}

/** What the CLI and the runner's module get to see of the environment. */
export function pickOrdinary(
  inherited: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const kept = Object.entries(inherited).filter(([name, value]) => value !== undefined && KEPT.test(name));
  return Object.fromEntries(kept) as Record<string, string>;
}

/** A configuration path that names no file, so that the CLI never reads the user's own profiles. */
function nowhere(inherited: Readonly<Record<string, string | undefined>>): string {
  return `${inherited.TMPDIR ?? inherited.TEMP ?? "/tmp"}/modal-fmi-mcp-no-such-config.toml`;
}
