import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type ErrorCode, ToolError } from "../errors.ts";
import { limitTime } from "../time-limit.ts";
import { type Cli, type CliEnvironment, type CliResult, runCli } from "./cli-process.ts";

/** A deploy by the `modal` CLI. */
export interface CliDeploy {
  cli: Cli;
  /** The folder that holds the module's package. */
  folder: string;
  /** Python module, such as `sv_fmi.modal_app`. */
  module: string;
  /** Deploys under another name than the app's own. */
  name?: string | undefined;
  /** Shown in the app's history, and given to the module as `RUNNER_DEPLOY_TAG`. */
  tag?: string | undefined;
  environment: CliEnvironment;
  onLine: (line: string) => void;
  signal: AbortSignal;
  /** Milliseconds until the CLI is ended, 45 minutes unless given: building an image may take long. */
  limitMs?: number;
}

const LIMIT_MS = 45 * 60_000;

/** What a failed `modal deploy` says, and what to do about it; the first that matches counts. */
const FAILURES: readonly {
  pattern: RegExp;
  code: ErrorCode;
  why: string;
  remedy: string;
  spot?: (lines: readonly string[]) => string | undefined;
}[] = [
  {
    pattern: /Token (missing|validation failed)|AuthError|UNAUTHENTICATED/i,
    code: "unauthenticated",
    why: "Modal rejected the token",
    remedy:
      "Run `modal token new`, then set `MODAL_TOKEN_ID` and `MODAL_TOKEN_SECRET` or update `~/.modal.toml`.",
  },
  {
    pattern: /Could not connect to the Modal server/i,
    code: "unavailable",
    why: "the Modal server could not be reached",
    remedy: "Check the network and `MODAL_SERVER_URL`, then call `diagnose`.",
  },
  {
    pattern: /Image build for \S+ (failed|terminated)/i,
    code: "failed_precondition",
    why: "the image build failed",
    spot: buildStep,
    remedy:
      "Read the last lines below, mend the image in the runner's source, and call `deploy_runner` again.",
  },
  {
    pattern: /ModuleNotFoundError|ImportError|No module named/,
    code: "failed_precondition",
    why: "Python could not import the runner's module",
    spot: lastFrame,
    remedy:
      "Install what the last lines name beside the `modal` CLI, or point `MODAL_RUNNERS_DIR` at the right folder.",
  },
  {
    pattern: /Environment '?[^']*'? not found|No such environment/i,
    code: "not_found",
    why: "the Modal environment does not exist",
    remedy: "Pass the right `environment`, or set `MODAL_ENVIRONMENT`.",
  },
  {
    pattern: /has no attribute 'app'/,
    code: "failed_precondition",
    why: "the runner's module defines no `app`",
    remedy: "Assign the module's Modal app to `app`, or point `MODAL_RUNNERS_DIR` at the right folder.",
  },
  {
    pattern: /Traceback \(most recent call last\)/,
    code: "failed_precondition",
    why: "Python stopped at an error",
    spot: lastFrame,
    remedy: "Mend the runner's source where the last lines say, and call `deploy_runner` again.",
  },
];

/** Throws where a folder does not hold the module's source. */
export async function checkRunnerFolder(folder: string, module: string): Promise<void> {
  const source = join(folder, ...module.split("."));
  for (const candidate of [`${source}.py`, join(source, "__init__.py")]) {
    if ((await stat(candidate).catch(() => undefined))?.isFile()) return;
  }
  throw new ToolError(
    "failed_precondition",
    `Cannot deploy ${module} from "${folder}": there is no ${source}.py`,
    "Set `MODAL_RUNNERS_DIR` to the folder that holds the runner's package (the one `modal deploy -m` is run in).",
  );
}

/** Runs `modal deploy -m <module>` in a folder. Resolves with the CLI's lines and the deployment's URL; throws by the table above. */
export async function deployWithCli(
  deploy: CliDeploy,
): Promise<CliResult & { url: string | undefined; command: string }> {
  const named = deploy.name ? ["--name", deploy.name] : [];
  const tagged = deploy.tag ? ["--tag", deploy.tag] : [];
  const args = ["deploy", ...named, ...tagged, "-m", deploy.module];
  const command = `modal ${args.join(" ")}`;
  const environment = { ...deploy.environment, deployTag: deploy.tag };
  const result = await runWithin({ ...deploy, environment }, args);
  if (result.code !== 0) throw explainFailure(`Cannot deploy: \`${command}\` in "${deploy.folder}"`, result);
  return { ...result, command, url: /https?:\/\/\S+\/apps\/\S+/.exec(result.text)?.[0] };
}

/** Runs `modal app rollback <app>`, back one version; throws as a deploy does. */
export async function rollBackWithCli(deploy: CliDeploy & { name: string }): Promise<CliResult> {
  const args = ["app", "rollback", deploy.name];
  const result = await runWithin(deploy, args);
  if (result.code !== 0) throw explainFailure(`Cannot roll back: \`modal ${args.join(" ")}\``, result);
  return result;
}

/** A module that never ends while it is imported would hold up every later deploy. */
async function runWithin(deploy: CliDeploy, args: readonly string[]): Promise<CliResult> {
  const { cli, folder: cwd, environment, onLine, limitMs = LIMIT_MS } = deploy;
  const signal = limitTime(deploy.signal, limitMs);
  try {
    return await runCli(cli, args, { cwd, environment, onLine, signal });
  } catch (error) {
    if (deploy.signal.aborted || !signal.aborted) throw error;
    throw new ToolError(
      "deadline_exceeded",
      `Cannot finish \`modal ${args.join(" ")}\` in "${cwd}": it had not ended after ${limitMs / 60_000} minutes and was stopped`,
      "Run that command by hand to see where it hangs, mend the runner's source and call `deploy_runner` again.",
      { cause: error },
    );
  }
}

function explainFailure(what: string, result: CliResult): ToolError {
  const known = FAILURES.find(({ pattern }) => pattern.test(result.text));
  const detail = result.tail.slice(-40).map(withoutFrame).join("\n");
  const where = `${what} ended with code ${result.code}`;
  if (!known) {
    const remedy = "Read the last lines below, mend the cause and call `deploy_runner` again.";
    return new ToolError("unknown", where, remedy, { detail });
  }
  const spot = known.spot?.(result.tail);
  const message = `${where}: ${known.why}${spot ? ` (${spot})` : ""}`;
  return new ToolError(known.code, message, known.remedy, { detail });
}

/** Rich draws panels as wide as it takes its terminal to be. */
function withoutFrame(line: string): string {
  return line.replace(/─{4,}/g, "───").replace(/\s{3,}│$/, " │");
}

/** The frame that a traceback ends in, and the error: Rich draws both inside a panel. */
function lastFrame(lines: readonly string[]): string | undefined {
  const plain = lines.map((line) => line.replace(/[│╭╮╰╯─]/g, "").trim());
  const frame = plain.findLast((line) => /^\S+\.py:\d+( in |$)|^File ".+", line \d+/.test(line));
  const error = plain.findLast((line) => /^([\w.]*(Error|Exception): |[^:]*No module named)/.test(line));
  return [frame, error].filter(Boolean).join("; ").slice(0, 400) || undefined;
}

/** The step of an image build that was under way. */
function buildStep(lines: readonly string[]): string | undefined {
  const step = lines.findLast((line) => /^(=> )?(Step \d+|RUN |pip install )/.test(line.trim()));
  return step && `at step "${step.trim().slice(0, 200)}"`;
}
