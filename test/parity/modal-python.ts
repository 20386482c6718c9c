import { execFile } from "node:child_process";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A Python that has the `modal` package, or why there is none. */
export type ModalPython = { python: string } | { missing: string };

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CACHE = join(ROOT, "node_modules", ".cache", "modal-fmi-tests");
const INSTALL_MS = 180_000;
const ASK_MS = 60_000;

/** Without a network pip is to give up at once. */
const PIP = ["-m", "pip", "--disable-pip-version-check", "--quiet", "--retries", "0", "--timeout", "15"];

/**
 * Finds the Python that parity is tested with: that of `MODAL_CLI_PYTHON`, the `python3` on PATH where it has `modal`,
 * else one of a virtual environment that is made once and kept in `node_modules/.cache`.
 */
export async function findModalPython(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): Promise<ModalPython> {
  if (env.MODAL_CLI_PYTHON) return { python: env.MODAL_CLI_PYTHON };
  if (platform === "win32") return { missing: "the embedded endpoint hosts no Python functions on Windows" };
  const script = "import sys; print(sys.executable, *sys.version_info[:2])";
  const answer = await run("python3", ["-c", script], ASK_MS);
  const [, executable = "", major, minor] = /^(.+) (\d+) (\d+)$/.exec(answer.output.trim()) ?? [];
  if (answer.code !== 0 || Number(major) !== 3 || Number(minor) < 10)
    return { missing: "there is no python3 of version 3.10 or later on PATH" };
  const modal = await pinnedModal();
  const has = ["-c", `from importlib.metadata import version; assert version("modal") == "${modal}"`];
  const found = (await run(executable, has, ASK_MS)).code === 0 ? executable : await installed(modal);
  const python = found ?? (await install(executable, modal));
  return typeof python === "string" ? requireRegistry(python) : python;
}

/** The version of `modal` that the runners are developed with. */
async function pinnedModal(): Promise<string> {
  const project = await readFile(join(ROOT, "runners", "pyproject.toml"), "utf8");
  const version = /"modal==([\d.]+)"/.exec(project)?.[1];
  if (version === undefined) throw new Error("runners/pyproject.toml pins no version of modal");
  return version;
}

const recordOf = (modal: string): string => join(CACHE, `python-with-modal-${modal}.txt`);

async function installed(modal: string): Promise<string | undefined> {
  const python = await readFile(recordOf(modal), "utf8").catch(() => undefined);
  return python && (await stat(python).catch(() => undefined)) ? python : undefined;
}

async function install(base: string, modal: string): Promise<string | { missing: string }> {
  const folder = join(CACHE, `venv-${process.pid}-${Date.now()}`);
  await mkdir(CACHE, { recursive: true });
  const made = await run(base, ["-m", "venv", folder], INSTALL_MS);
  const fail = async (missing: string): Promise<{ missing: string }> => {
    await rm(folder, { recursive: true, force: true });
    return { missing };
  };
  if (made.code !== 0) return fail(`python3 makes no virtual environment: ${lastLine(made.output)}`);
  const python = join(folder, "bin", "python");
  const { code, output } = await run(python, [...PIP, "install", `modal==${modal}`], INSTALL_MS);
  if (code !== 0) return fail(`pip installs no modal==${modal}: ${lastLine(output)}`);
  await writeFile(`${folder}.txt`, python);
  await rename(`${folder}.txt`, recordOf(modal));
  return python;
}

/** A deploy installs the packages of the runner's image. */
async function requireRegistry(python: string): Promise<ModalPython> {
  const versions = await readFile(join(ROOT, "runners", "sv_contract", "versions.py"), "utf8");
  const fmpy = /"(fmpy==[\d.]+)"/.exec(versions)?.[1] ?? "fmpy";
  const asking = [...PIP, "install", "--dry-run", "--ignore-installed", "--no-deps", fmpy];
  const { code, output } = await run(python, asking, ASK_MS);
  return code === 0 ? { python } : { missing: `pip finds no ${fmpy}: ${lastLine(output)}` };
}

function run(program: string, args: string[], timeout: number): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : 1, output: `${stdout}${stderr}` }),
    );
  });
}

const lastLine = (output: string): string => output.trim().split("\n").at(-1) ?? "";
