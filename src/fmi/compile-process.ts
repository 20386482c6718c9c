import { spawn } from "node:child_process";
import { access, constants, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { ToolError, toError } from "../errors.ts";
import { inspectLibrary } from "./binary/inspect-library.ts";
import type { InterfaceDescription } from "./description/model-description.ts";
import type { Fmu } from "./fmu.ts";
import { quote } from "./invalid-fmu.ts";
import type { Platform } from "./platforms.ts";
import { findSourceBuild, type SourceBuild } from "./source-build.ts";

/** How and where to compile. */
export interface CompileOptions {
  platform: Platform;
  /** Kept between calls; made if missing. */
  cacheFolder: string;
  /** Of the FMU's file: what the library is cached by. */
  checksum: string;
  /** The PATH to look for a compiler in. */
  searchPath: string;
  /** 120,000 where it is left out. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 120_000;
const LONGEST_OUTPUT = 16 * 1024;
const C_COMPILERS = ["cc", "gcc", "clang"];
const CPP_COMPILERS = ["c++", "g++", "clang++"];

/**
 * Compiles the sources of an FMU into the shared library of an interface type with the system's compiler, or finds it in the
 * cache; returns its path. Undefined for an FMU without sources. Throws `failed_precondition` where there is no compiler,
 * `invalid_fmu` with the compiler's words where it fails, `timed_out` beyond the time limit.
 */
export async function compileFmu(
  fmu: Pick<Fmu, "archive" | "name" | "description">,
  kind: InterfaceDescription,
  options: CompileOptions,
): Promise<string | undefined> {
  const { platform, cacheFolder } = options;
  const key = `${options.checksum}-${kind.modelIdentifier}-${platform.fmi3}`.replace(/[^\w.-]/g, "_");
  const library = join(cacheFolder, `${key}${platform.suffix}`);
  if (await mayAccess(library, constants.R_OK)) return library;
  const build = await findSourceBuild(fmu, kind, platform);
  if (build === undefined) return undefined;
  const compiler = await findCompiler(build, platform, options.searchPath, fmu.name);
  await mkdir(cacheFolder, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(cacheFolder, "build-"));
  try {
    await fmu.archive.extract((path) => path.startsWith("sources/"), folder);
    const made = join(folder, `library${platform.suffix}`);
    const result = await runCompiler(
      compiler,
      listArguments(build, fmu.description.fmiMajor, made),
      folder,
      options,
    );
    if (result.code !== 0) throw compilingError(fmu.name, result);
    await checkExports(made, fmu);
    // Two that compile at once put the same thing in the same place.
    await rename(made, library);
    return library;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// Without the override, functions carry the model identifier before their names, as in a program linked with many FMUs.
function listArguments(build: SourceBuild, fmiMajor: 1 | 2 | 3, target: string): string[] {
  const definitions = build.definitions.map(({ name, value }) =>
    value ? `-D${name}=${value}` : `-D${name}`,
  );
  const overrides = fmiMajor === 1 ? [] : [`-DFMI${fmiMajor}_OVERRIDE_FUNCTION_PREFIX`];
  return [
    ...["-shared", "-fPIC", "-O2", "-w", ...overrides, ...definitions],
    ...["sources", ...build.includeFolders].flatMap((folder) => ["-I", folder]),
    ...["-o", target, ...build.files, ...build.libraries.map((name) => `-l${name}`), "-lm"],
  ];
}

// Headers before FMI 2.0.4 do not know the override, and the functions keep their prefix.
async function checkExports(
  path: string,
  { name, description }: Pick<Fmu, "name" | "description">,
): Promise<void> {
  const { fmiFunctions } = await inspectLibrary(await readFile(path), name);
  const prefix = `fmi${description.fmiMajor}`;
  if (description.fmiMajor === 1 || fmiFunctions?.some((each) => each.startsWith(prefix)) !== false) return;
  const found = fmiFunctions[0];
  const state =
    found === undefined
      ? "it exports no function of FMI"
      : `its functions are called ${quote(found)} and so on`;
  throw new ToolError(
    "invalid_fmu",
    `Cannot use the library compiled from the FMU ${quote(name)}: ${state}, where ${prefix}DoStep and the like are wanted.`,
    "Export the FMU with a binary for this platform.",
  );
}

async function findCompiler(
  { isCpp }: SourceBuild,
  platform: Platform,
  searchPath: string,
  fileName: string,
): Promise<string> {
  // On Windows a compiler needs a prepared environment.
  const folders = platform.suffix === ".dll" ? [] : searchPath.split(delimiter).filter((each) => each !== "");
  for (const name of isCpp ? CPP_COMPILERS : C_COMPILERS) {
    for (const folder of folders) {
      const path = join(folder, name);
      if (await mayAccess(path, constants.X_OK)) return path;
    }
  }
  const language = isCpp ? "C++" : "C";
  throw new ToolError(
    "failed_precondition",
    `Cannot compile the FMU ${quote(fileName)}: it brings source code only, and no ${language} compiler was found.`,
    `Install a ${language} compiler, or export the FMU with a binary for ${platform.label}.`,
  );
}

interface CompilerResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  output: string;
  timedOut: boolean;
}

async function runCompiler(
  compiler: string,
  args: readonly string[],
  folder: string,
  options: CompileOptions,
): Promise<CompilerResult> {
  const { searchPath, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const child = spawn(compiler, [...args], {
    cwd: folder,
    env: { PATH: searchPath, HOME: folder, TMPDIR: folder, LC_ALL: "C" },
    stdio: ["ignore", "ignore", "pipe"],
    // A group of its own: the driver starts the compiler proper and the linker.
    detached: true,
  });
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // Gone already.
    }
  };
  const stop = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  stop.addEventListener("abort", kill, { once: true });
  if (stop.aborted) kill();
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (output.length < LONGEST_OUTPUT) output += text.slice(0, LONGEST_OUTPUT - output.length);
  });
  try {
    const [code, killedBy] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once("error", reject).once("close", (...ended) => resolve(ended));
    });
    signal?.throwIfAborted();
    return { code, signal: killedBy, output, timedOut: timeout.aborted };
  } catch (thrown) {
    if (signal?.aborted === true) throw thrown;
    return { code: null, signal: null, output: toError(thrown).message, timedOut: false };
  } finally {
    stop.removeEventListener("abort", kill);
  }
}

function compilingError(fileName: string, { code, signal, output, timedOut }: CompilerResult): ToolError {
  const message = `Cannot compile the FMU ${quote(fileName)}:`;
  if (timedOut) {
    const remedy = "Export the FMU with a binary for this platform.";
    return new ToolError("timed_out", `${message} the compiler did not finish in time.`, remedy, {
      detail: output,
    });
  }
  const header = /\b(fmi\w*\.h)['"]?(?: file not found|: No such file)/.exec(output)?.[1];
  const reason =
    header === undefined
      ? `the compiler ended with ${signal ?? `exit code ${code ?? "none"}`}`
      : `its sources use ${header}, a header of the FMI standard, and do not bring it`;
  return new ToolError(
    "invalid_fmu",
    `${message} ${reason}.`,
    header === undefined
      ? "Export the FMU with a binary for this platform."
      : `Put ${header} into the FMU's sources folder, or export the FMU with a binary for this platform.`,
    { detail: output },
  );
}

async function mayAccess(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}
