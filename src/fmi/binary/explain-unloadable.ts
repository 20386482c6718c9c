import type { Platform } from "../platforms.ts";
import type { LibraryFacts } from "./library-facts.ts";

/** What is known of the computer that is to load a library, and of the FMU it comes from. */
export interface LoadingContext {
  /** Names of the files that lie beside the library in the FMU. */
  siblings: readonly string[];
  /** "2.36"; undefined where there is none, or it is not known. */
  glibcVersion?: string | undefined;
  /** Whether the computer has a library of that name; without it no library is said to be missing. */
  findLibrary?: ((name: string) => boolean) | undefined;
  /** The flag of the interface type, with the tool that made the FMU. */
  needsExecutionTool?: boolean | undefined;
  generationTool?: string | undefined;
  /** Functions that are going to be called, by their exported names. */
  functions?: readonly string[] | undefined;
}

const MOST_NAMES = 5;

/**
 * Why a library will not load, or not work once loaded: sentences without capital and full stop, to follow "the library".
 * Empty where nothing speaks against it. `platform` is the one it is to be loaded on.
 */
export function explainUnloadable(
  facts: LibraryFacts,
  platform: Platform,
  context: LoadingContext,
): string[] {
  const built = facts.targets.map(({ system, architecture }) => `${system} ${architecture}`);
  if (!built.includes(platform.label)) {
    return [`wrong platform: built for ${built.join(" and ")}, this is ${platform.label}`];
  }
  if (!facts.isSharedLibrary) return ["it is a program or an object file, not a shared library"];
  return [
    ...explainGlibc(facts, context),
    ...explainMissing(facts, platform, context),
    ...explainHost(facts, context),
    ...explainFunctions(facts, context),
  ];
}

/** The highest version of glibc a library asks for, "2.38" say; undefined where it asks for none. */
export function requiredGlibc(facts: LibraryFacts): string | undefined {
  const versions = facts.versions
    .map(({ version }) => /^GLIBC_(\d+(?:\.\d+)+)$/.exec(version)?.[1])
    .filter((version) => version !== undefined);
  return versions.reduce<string | undefined>(
    (highest, version) =>
      highest === undefined || compareVersions(version, highest) > 0 ? version : highest,
    undefined,
  );
}

function explainGlibc(facts: LibraryFacts, { glibcVersion }: LoadingContext): string[] {
  const needed = requiredGlibc(facts);
  if (needed === undefined || glibcVersion === undefined) return [];
  if (compareVersions(needed, glibcVersion) <= 0) return [];
  return [`built for glibc ${needed}, this computer has ${glibcVersion}`];
}

function explainMissing(facts: LibraryFacts, platform: Platform, context: LoadingContext): string[] {
  const { findLibrary, siblings } = context;
  if (findLibrary === undefined) return [];
  const ignoresCase = platform.suffix !== ".so";
  const key = (name: string) => (ignoresCase ? name.toLowerCase() : name);
  const beside = new Set(siblings.map(key));
  return facts.needed
    .filter((name) => !beside.has(key(baseName(name))) && !isOfTheSystem(name) && !findLibrary(name))
    .map((name) => `needs ${JSON.stringify(baseName(name)).slice(1, -1)}, which is not on this computer`);
}

// macOS keeps its own libraries in one cache, not as files. Windows makes up these names as it loads.
function isOfTheSystem(name: string): boolean {
  return /^(?:\/usr\/lib\/|\/System\/Library\/)/.test(name) || /^(?:api|ext)-ms-/i.test(name);
}

function explainHost(facts: LibraryFacts, context: LoadingContext): string[] {
  if (context.needsExecutionTool !== true) return [];
  return [`needs ${nameHost(context.generationTool, facts.needed)} on this computer (needsExecutionTool)`];
}

/** What an FMU that needs an execution tool needs: "a Python host", say, or the name of the tool that made it. */
export function nameHost(generationTool: string | undefined, needed: readonly string[] = []): string {
  const host = findHost([generationTool ?? "", ...needed].join("\n"));
  const tool = generationTool ?? "the tool that made it";
  return host ?? JSON.stringify(tool).slice(1, -1).slice(0, 120);
}

function findHost(text: string): string | undefined {
  if (/python|unifmu/i.test(text)) return "a Python host";
  return /matlab|simulink|libmx|libeng/i.test(text) ? "a MATLAB host" : undefined;
}

function explainFunctions(facts: LibraryFacts, { functions = [] }: LoadingContext): string[] {
  const { fmiFunctions } = facts;
  if (fmiFunctions === undefined) return [];
  const missing = functions.filter((name) => !fmiFunctions.includes(name));
  if (missing.length === 0) return [];
  const more = missing.length > MOST_NAMES ? ` and ${missing.length - MOST_NAMES} more functions` : "";
  return [`does not export ${missing.slice(0, MOST_NAMES).join(", ")}${more}`];
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

function compareVersions(left: string, right: string): number {
  const a = left.split(".").map(Number);
  const b = right.split(".").map(Number);
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
