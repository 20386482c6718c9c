import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { ToolError } from "../errors.ts";
import { type CommandEnd, runCommand } from "./command-process.ts";
import { pinOf, type SharedVersion } from "./shared-package.ts";

/** What an upgrade of the shared package works with. */
export interface Upgrade {
  folder: string;
  /** Where the package's version stands now. */
  found: readonly SharedVersion[];
  /** Pythons to ask for pip, the best first. */
  pythons: readonly string[];
  /** The environment of uv and pip: their settings, and no token of Modal's. */
  env: Readonly<Record<string, string | undefined>>;
  onLine(line: string): void;
  signal: AbortSignal;
}

/**
 * Upgrades the shared package to the newest version there is: in `uv.lock` by uv, in `requirements.txt` and
 * `pyproject.toml` to what pip would install. Resolves to a sentence; throws with the last lines of the command that failed.
 */
export async function upgradeShared(upgrade: Upgrade): Promise<string> {
  const done: string[] = [];
  // A lock holds what the pins allow, so it comes after them.
  const isLock = ({ file }: SharedVersion) => Number(file.endsWith(".lock"));
  for (const version of upgrade.found.toSorted((a, b) => isLock(a) - isLock(b))) {
    const file = basename(version.file);
    if (file === "uv.lock") await lockAgain(upgrade, version.name);
    else if (file === "poetry.lock") throw byHand(version);
    else await writePin(version, await askPip(upgrade, version.name));
    done.push(`${version.name} in ${file}`);
  }
  return done.length > 0
    ? `Upgraded ${done.join(", ")}.`
    : "No file names an exact version: nothing to upgrade.";
}

async function lockAgain(upgrade: Upgrade, name: string): Promise<void> {
  const end = await run(upgrade, "uv", ["lock", "--upgrade-package", name.replaceAll("_", "-")]);
  if (end.code !== 0) throw failed(`uv lock --upgrade-package ${name}`, end, upgrade.folder);
}

async function writePin({ name, file }: SharedVersion, newest: string): Promise<void> {
  const text = await readFile(file, "utf8");
  await writeFile(
    file,
    text.replace(pinOf(name), (_, before: string) => before + newest),
  );
}

async function askPip(upgrade: Upgrade, name: string): Promise<string> {
  const options = ["--dry-run", "--ignore-installed", "--no-deps", "--quiet", "--report", "-"];
  let end: CommandEnd = { code: undefined, stdout: "", stderr: "" };
  for (const python of upgrade.pythons) {
    end = await run(upgrade, python, ["-m", "pip", "--no-input", "install", ...options, "--upgrade", name]);
    if (end.code !== undefined) break;
  }
  const version = end.code === 0 ? readReport(end.stdout) : undefined;
  if (version) return version;
  throw failed(`pip install --dry-run --upgrade ${name}`, end, upgrade.folder);
}

/** pip's installation report, https://pip.pypa.io/en/stable/reference/installation-report/ */
function readReport(text: string): string | undefined {
  const report = JSON.parse(text) as { install?: { metadata?: { version?: string } }[] };
  return report.install?.[0]?.metadata?.version;
}

function run(
  { folder, env, signal, onLine }: Upgrade,
  program: string,
  args: readonly string[],
): Promise<CommandEnd> {
  return runCommand(program, args, { cwd: folder, env, signal, onLine });
}

function failed(command: string, end: CommandEnd, folder: string): ToolError {
  const missing = end.code === undefined;
  const detail = end.stderr.trimEnd().split("\n").slice(-20).join("\n");
  const how = missing ? "was not found" : `ended with code ${end.code}`;
  return new ToolError(
    "failed_precondition",
    `Cannot upgrade the shared package in "${folder}": \`${command}\` ${how}`,
    missing
      ? "Install `uv` or `pip`, or upgrade the package by hand, then call `deploy_runner` again."
      : "Read the last lines below, mend their cause and call `deploy_runner` again.",
    detail ? { detail } : {},
  );
}

function byHand({ name, file }: SharedVersion): ToolError {
  return new ToolError(
    "unimplemented",
    `Cannot upgrade ${name} in "${file}": only uv and pip are used`,
    `Run \`poetry update ${name}\`, then call \`deploy_runner\` without \`update_shared\`.`,
  );
}
