import { access, constants, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { ToolError } from "../errors.ts";
import { inspectLibrary } from "./binary/inspect-library.ts";
import { type CompilerResult, runCompiler } from "./compiler-process.ts";
import type { InterfaceDescription } from "./description/model-description.ts";
import type { Fmu } from "./fmu.ts";
import { quote } from "./invalid-fmu.ts";
import type { Platform } from "./platforms.ts";
import { findSourceBuild, type SourceBuild, type SourceSet } from "./source-build.ts";

/** How and where to compile. */
export interface CompileOptions {
  platform: Platform;
  /** Kept between calls; made if missing. */
  cacheFolder: string;
  /** Of the FMU's file: what the library is cached by. */
  checksum: string;
  /** The PATH to look for a compiler in. */
  searchPath: string;
  /** For all calls of the compiler. */
  timeoutMs: number;
  signal?: AbortSignal;
}

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
  const languages = [...new Set(build.sets.map(({ isCpp }) => isCpp))];
  const compilers = new Map<boolean, string>();
  for (const isCpp of languages) compilers.set(isCpp, await findCompiler(isCpp, options, fmu.name));
  await mkdir(cacheFolder, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(cacheFolder, "build-"));
  try {
    await fmu.archive.extract((path) => path.startsWith("sources/"), folder);
    const made = join(folder, `library${platform.suffix}`);
    const timeout = AbortSignal.timeout(options.timeoutMs);
    const where = { folder, searchPath: options.searchPath, timeout, signal: options.signal };
    for (const { isCpp, args } of listCalls(build, fmu.description.fmiMajor, made)) {
      const result = await runCompiler(compilers.get(isCpp) ?? "", args, where);
      if (result.code !== 0) throw compilingError(fmu.name, result);
    }
    await checkExports(made, fmu);
    // Two that compile at once put the same thing in the same place.
    await rename(made, library);
    return library;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface CompilerCall {
  isCpp: boolean;
  args: string[];
}

/* Sources that are compiled alike are compiled and linked at once; else each on its own first, as they may have the same name. */
function listCalls({ sets, libraries }: SourceBuild, fmiMajor: 1 | 2 | 3, target: string): CompilerCall[] {
  const link = (isCpp: boolean, args: readonly string[]) => ({
    isCpp,
    args: ["-shared", ...args, "-o", target, ...libraries.map((name) => `-l${name}`), "-lm"],
  });
  const [only, ...others] = sets;
  if (only !== undefined && others.length === 0)
    return [link(only.isCpp, [...listOptions(only, fmiMajor), ...only.files])];
  const units = sets
    .flatMap((set) => set.files.map((file) => ({ set, file })))
    .map((unit, index) => ({ ...unit, object: `object-${index}.o` }));
  const isCpp = sets.some((set) => set.isCpp);
  return [
    ...units.map(({ set, file, object }) => ({
      isCpp: set.isCpp,
      args: ["-c", ...listOptions(set, fmiMajor), "-o", object, file],
    })),
    link(
      isCpp,
      units.map(({ object }) => object),
    ),
  ];
}

// Without the override, functions carry the model identifier before their names, as in a program linked with many FMUs.
function listOptions({ definitions, includeFolders }: SourceSet, fmiMajor: 1 | 2 | 3): string[] {
  return [
    ...["-fPIC", "-O2", "-w"],
    ...(fmiMajor === 1 ? [] : [`-DFMI${fmiMajor}_OVERRIDE_FUNCTION_PREFIX`]),
    ...definitions.map(({ name, value }) => (value ? `-D${name}=${value}` : `-D${name}`)),
    ...["sources", ...includeFolders].flatMap((folder) => ["-I", folder]),
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
  isCpp: boolean,
  { platform, searchPath }: CompileOptions,
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

function compilingError(fileName: string, { code, signal, output, timedOut }: CompilerResult): ToolError {
  const message = `Cannot compile the FMU ${quote(fileName)}:`;
  if (timedOut) {
    const remedy = "Give a longer `timeout_seconds`, or export the FMU with a binary for this platform.";
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
