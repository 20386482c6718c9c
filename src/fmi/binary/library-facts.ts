/** What the header of a shared library tells without loading it. */
export interface LibraryFacts {
  format: "ELF" | "PE" | "Mach-O";
  /** What it is built for; a universal Mach-O has several. */
  targets: readonly LibraryTarget[];
  /** Whether it can be loaded into a process at all, and is no program or object file. */
  isSharedLibrary: boolean;
  /** Names of the libraries it needs, as written: file names, or paths on macOS. */
  needed: readonly string[];
  /** Folders it is to be looked for in first, as written: `$ORIGIN`, `@loader_path`. */
  searchPaths: readonly string[];
  /** Symbol versions it needs of other libraries, `GLIBC_2.34` of `libc.so.6` say. ELF alone. */
  versions: readonly { library: string; version: string }[];
  /** Exported functions of FMI, FMI 1.0's with their prefix; undefined where the file has no list of what it exports. */
  fmiFunctions: readonly string[] | undefined;
}

/** A system and an architecture, in the words of `Platform.label`. */
export interface LibraryTarget {
  system: string;
  architecture: string;
}

/** Whether an exported name is a function of FMI: `fmi2DoStep`, or `model_fmiDoStep` (FMI 1.0). */
export function isFmiFunction(name: string): boolean {
  return /(?:^|_)fmi[23]?[A-Z]\w*$/.test(name);
}
