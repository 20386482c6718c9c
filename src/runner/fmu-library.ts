import { mkdirSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ToolError, toError } from "../errors.ts";
import { openFileSource } from "../fmi/archive/byte-source.ts";
import { explainUnloadable } from "../fmi/binary/explain-unloadable.ts";
import { createLibraryFinder, findGlibcVersion } from "../fmi/binary/find-library.ts";
import { inspectLibrary } from "../fmi/binary/inspect-library.ts";
import { requiredFunctions } from "../fmi/binary/required-functions.ts";
import { compileFmu } from "../fmi/compile-fmu.ts";
import type { Fmu } from "../fmi/fmu.ts";
import type { Platform } from "../fmi/platforms.ts";
import type { LibraryCache } from "./library-cache.ts";
import type { RunPlan } from "./run-plan.ts";

/** Where an FMU's files lie once unpacked, absolute paths. */
export interface UnpackedFmu {
  folder: string;
  libraryPath: string;
  /** Undefined where the FMU has no resources. */
  resourcesPath: string | undefined;
}

/** What FMUs are loaded and compiled with. */
export interface LoadingOptions {
  /** The one the FMU is to run on. */
  platform: Platform;
  /** Whether that is this computer's own, so that its libraries can be looked for. */
  isNative: boolean;
  /** Libraries that were unpacked before. */
  libraries: LibraryCache;
  /** Where compiled libraries are kept. */
  cacheFolder: string;
  checksum: string;
  searchPath: string;
  signal: AbortSignal;
  /** For compiling, at most. */
  timeoutMs: number;
  /** Takes a line of what a compiler says. */
  tell(line: string): void;
}

const DESCRIPTION = "modelDescription.xml";
const MOST_ERRORS = 3;
const LONGEST_ERRORS = 600;

/* Neither changes while this process lives. */
let glibcVersion: string | undefined;
let findSystemLibrary: ReturnType<typeof createLibraryFinder>;

/**
 * Unpacks the folder of the shared library (its siblings too) and the resources below `target`, and compiles the sources where
 * there is no library. Resolves to a problem, a sentence, where the library would not load here.
 */
export async function prepareLibrary(
  fmu: Fmu,
  plan: Pick<RunPlan, "libraryPath" | "interface">,
  target: string,
  options: LoadingOptions,
): Promise<UnpackedFmu | { problem: string }> {
  const { archive } = fmu;
  const resources = "resources/";
  const binaries = plan.libraryPath === undefined ? undefined : `${dirname(plan.libraryPath)}/`;
  const key = `${options.checksum} ${binaries}`;
  const isKnown = binaries !== undefined && options.libraries.link(key, target);
  // FMUs are known that read their own description: FMI 1.0 tells where it is, and others find it beside the resources.
  const isLibrary = (path: string) =>
    path === DESCRIPTION || (binaries !== undefined && path.startsWith(binaries));
  const isWanted = (path: string) => path.startsWith(resources) || (!isKnown && isLibrary(path));
  const hasResources = archive.entries.some(({ path }) => `${path}/`.startsWith(resources));
  if (hasResources || !isKnown) await archive.extract(isWanted, target);
  // At once: that is faster than to wait for another thread.
  if (!hasResources) mkdirSync(join(target, resources), { recursive: true, mode: 0o700 });
  const resourcesPath = hasResources ? join(target, "resources") : undefined;
  if (isKnown && plan.libraryPath !== undefined) {
    return { folder: target, libraryPath: join(target, plan.libraryPath), resourcesPath };
  }
  try {
    const libraryPath =
      plan.libraryPath === undefined
        ? await compileFmu(fmu, plan.interface.description, options)
        : join(target, plan.libraryPath);
    if (libraryPath === undefined) {
      return {
        problem: `The FMU has no library for this machine, ${options.platform.label}, and no sources.`,
      };
    }
    const problem = await explain(fmu, plan, libraryPath, options);
    if (problem !== undefined) return { problem };
    if (binaries !== undefined) options.libraries.keep(key, target, binaries, [DESCRIPTION]);
    return { folder: target, libraryPath, resourcesPath };
  } catch (thrown) {
    return { problem: describeFailure(thrown, options.tell) };
  }
}

/* What a compiler says goes to the log, its first errors into the problem too. */
function describeFailure(thrown: unknown, tell: (line: string) => void): string {
  if (!(thrown instanceof ToolError)) return toError(thrown).message;
  const { message, remedy, detail = "" } = thrown;
  const lines = detail.split("\n").filter((line) => line.trim() !== "");
  for (const line of lines) tell(line);
  const errors = lines.filter((line) => /\berror\b|undefined reference/i.test(line)).slice(0, MOST_ERRORS);
  const said = errors.length === 0 ? "" : ` It said: ${errors.join("; ").slice(0, LONGEST_ERRORS)}.`;
  return `${message}${said} ${remedy}`;
}

async function explain(
  { description, name }: Fmu,
  { interface: { type, description: used } }: Pick<RunPlan, "interface">,
  libraryPath: string,
  { platform, isNative }: LoadingOptions,
): Promise<string | undefined> {
  const source = await openFileSource(libraryPath);
  const facts = await inspectLibrary(source, name).finally(() => source.close());
  glibcVersion ??= findGlibcVersion();
  findSystemLibrary ??= createLibraryFinder(platform, []);
  // RUNPATH of an ELF file: $ORIGIN is the library's own folder.
  const origin = dirname(libraryPath);
  const folders = facts.searchPaths.map((path) => path.replace(/\$ORIGIN|\$\{ORIGIN\}/g, () => origin));
  const findLibrary = folders.length === 0 ? findSystemLibrary : createLibraryFinder(platform, folders);
  const kind = type === "co_simulation" ? "co-simulation" : "model-exchange";
  const context = {
    siblings: await readdir(origin),
    glibcVersion: isNative ? glibcVersion : undefined,
    findLibrary: isNative ? findLibrary : undefined,
    functions: requiredFunctions(description.fmiMajor, kind, used.modelIdentifier),
  };
  if (explainUnloadable(facts, platform, context).length === 0) return undefined;
  // That alone is no reason not to try: the tool may be there.
  const { needsExecutionTool } = used;
  const { generationTool } = description;
  const reasons = explainUnloadable(facts, platform, { ...context, needsExecutionTool, generationTool });
  return `Cannot load the FMU's library: ${reasons.join("; ")}.`;
}
