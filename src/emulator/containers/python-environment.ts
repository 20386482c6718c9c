import { randomUUID } from "node:crypto";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { touch } from "../file-age.ts";
import { sha256Hex } from "../ids.ts";
import { createRecord, orUndefined, readRecord, replaceRecord } from "../record-files.ts";
import type { EmulatorState } from "../state.ts";
import { type CommandOutcome, runCommand } from "./command-process.ts";

/** The Python that containers of deployed functions are made from. */
export interface PythonOptions {
  /** A command or absolute path of Python 3.10 or later. */
  command: string;
  /** What pip gets to see of the environment: PATH, proxies, certificates and pip's own settings. */
  environment: Readonly<Record<string, string>>;
  /** Folder of virtual environments, absolute, for several state folders at once; nothing is collected there. */
  sharedEnvironments?: string | undefined;
}

/** A virtual environment, of the state folder or of the shared one. */
export interface PythonEnvironment {
  /** Its interpreter. */
  python: string;
  /** Its own site-packages, then those of the layers below. */
  packages: string[];
  version: string;
}

/** What an environment is made of: what is installed, on top of which other one. */
export interface EnvironmentLayer {
  base: PythonEnvironment | undefined;
  /** Arguments of one `pip install` each. */
  installs: readonly (readonly string[])[];
}

/** A failure of pip, or of Python itself, in one sentence. */
export class BuildFailure extends Error {
  override readonly name = "BuildFailure";
}

/** What is asked of the interpreter: its version and where its packages lie. */
const ASK =
  "import sys, sysconfig; print('%d.%d.%d' % sys.version_info[:3]); print(sysconfig.get_path('purelib'))";

const OLDEST = [3, 10] as const;

/** The version of the state's Python, as text; undefined where there is none that will do. Asked once. */
export function findPython(state: EmulatorState): Promise<string | undefined> {
  state.pythonVersion ??= askVersion(state);
  return state.pythonVersion;
}

async function askVersion(state: EmulatorState): Promise<string | undefined> {
  if (state.python === undefined) return undefined;
  const lines: string[] = [];
  const { code } = await run(state, state.python.command, ["-c", ASK], (line) => lines.push(line));
  const [major = 0, minor = 0] = (lines[0] ?? "").split(".").map(Number);
  const recent = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  return code === 0 && recent ? lines[0] : undefined;
}

function run(
  state: EmulatorState,
  command: string,
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<CommandOutcome> {
  const environment = { PYTHONUNBUFFERED: "1", ...state.python?.environment };
  const { signal } = state.closing;
  return runCommand(command, args, { environment, folder: state.folder, signal, onLine });
}

/** What tells one environment from another. */
export function environmentKey(version: string, layers: readonly string[]): string {
  return sha256Hex(JSON.stringify([version, ...layers])).slice(0, 24);
}

function environmentsFolder({ folder, python }: EmulatorState): string {
  return python?.sharedEnvironments ?? path.join(folder, "environments");
}

function recordFile(state: EmulatorState, key: string): string {
  return path.join(environmentsFolder(state), `${key}.json`);
}

/** The finished environment of this key; undefined where there is none, or its interpreter is gone. */
export async function findEnvironment(
  state: EmulatorState,
  key: string,
): Promise<PythonEnvironment | undefined> {
  const record = await readRecord<PythonEnvironment>(recordFile(state, key));
  const there = record && (await orUndefined(stat(record.python)));
  if (there) await touch(recordFile(state, key));
  return there && record;
}

async function runOrFail(
  state: EmulatorState,
  what: string,
  command: string,
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<void> {
  const last: string[] = [];
  const remember = (line: string): void => {
    onLine(line);
    last.push(line);
    if (last.length > 20) last.shift();
  };
  const { code, problem } = await run(state, command, args, remember);
  if (code === 0) return;
  throw new BuildFailure(`${what} failed with exit code ${code}: ${problem ?? last.join("\n")}`);
}

/**
 * Makes an environment in a folder of its own and records it under its key, in place of one whose interpreter is gone;
 * of several processes one wins. Rejects with {@link BuildFailure} where Python or pip fails.
 */
export async function buildEnvironment(
  state: EmulatorState,
  key: string,
  layer: EnvironmentLayer,
  onLine: (line: string) => void,
): Promise<PythonEnvironment> {
  const command = state.python?.command ?? "";
  const folder = path.join(environmentsFolder(state), `${key}-${randomUUID().slice(0, 8)}`);
  await mkdir(path.dirname(folder), { recursive: true, mode: 0o700 });
  try {
    const withoutPip = layer.base === undefined ? [] : ["--without-pip"];
    await runOrFail(state, "python -m venv", command, ["-m", "venv", ...withoutPip, folder], onLine);
    const python = path.join(folder, "bin", "python");
    const answer: string[] = [];
    await runOrFail(state, "the new environment's python", python, ["-c", ASK], (line) => answer.push(line));
    const [version = "", own = ""] = answer;
    const below = layer.base?.packages ?? [];
    // Packages of the layers below are found as if they were installed here, as in an image.
    await writeFile(path.join(own, "layers-below.pth"), below.map((each) => `${each}\n`).join(""));
    for (const args of layer.installs) {
      const pip = ["-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--progress-bar=off"];
      onLine(`pip install ${args.join(" ")}`);
      await runOrFail(state, `pip install ${args.join(" ")}`, python, [...pip, ...args], onLine);
    }
    const environment: PythonEnvironment = { python, packages: [own, ...below], version };
    if (await createRecord(recordFile(state, key), environment)) return environment;
    const winner = await findEnvironment(state, key);
    if (winner === undefined) {
      // The record is of an environment whose Python has been removed since.
      await replaceRecord(recordFile(state, key), environment);
      return environment;
    }
    await rm(folder, { recursive: true, force: true });
    return winner;
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true });
    throw thrown;
  }
}
