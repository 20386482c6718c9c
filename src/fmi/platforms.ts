import { ToolError } from "../errors.ts";
import type { ArchiveEntry } from "./archive/archive-entries.ts";

/** A platform an FMU may have a binary for. */
export interface Platform {
  /** Folder below `binaries/` in FMI 1.0 and 2.0: `linux64`. Equal to `fmi3` where FMI 2.0 has no name of its own (2.0.5). */
  fmi2: string;
  /** Folder below `binaries/` in FMI 3.0: `x86_64-linux`. */
  fmi3: string;
  /** Of a shared library: `.so`, `.dll`, `.dylib`. */
  suffix: string;
  /** `Linux x86-64` */
  label: string;
}

/** What a file is called that holds a shared library. */
export const SHARED_LIBRARY = /\.(?:so(?:\.\d+)*|dll|dylib)$/i;

const SYSTEMS = [
  { node: "linux", tuple: "linux", label: "Linux", suffix: ".so" },
  { node: "win32", tuple: "windows", label: "Windows", suffix: ".dll" },
  { node: "darwin", tuple: "darwin", label: "macOS", suffix: ".dylib" },
] as const;
const ARCHITECTURES = [
  { node: "x64", tuple: "x86_64", label: "x86-64" },
  { node: "ia32", tuple: "x86", label: "x86" },
  { node: "arm64", tuple: "aarch64", label: "arm64" },
  { node: "arm", tuple: "aarch32", label: "arm" },
] as const;
const FMI2_NAMES: Readonly<Record<string, string>> = {
  "x86_64-linux": "linux64",
  "x86-linux": "linux32",
  "x86_64-windows": "win64",
  "x86-windows": "win32",
  "x86_64-darwin": "darwin64",
  "x86-darwin": "darwin32",
};

/** Every platform that the standard names a folder for (FMI 2.0.5 section 2.3, FMI 3.0 section 2.5.1.4). */
export const PLATFORMS: readonly Platform[] = SYSTEMS.flatMap((system) =>
  ARCHITECTURES.map((architecture) => {
    const fmi3 = `${architecture.tuple}-${system.tuple}`;
    const label = `${system.label} ${architecture.label}`;
    return { fmi2: FMI2_NAMES[fmi3] ?? fmi3, fmi3, suffix: system.suffix, label };
  }),
);

/** The platform for Node's `process.platform` and `process.arch`; throws `failed_precondition` where FMI names none. */
export function currentPlatform(platform: string, arch: string): Platform {
  const system = SYSTEMS.find((each) => each.node === platform);
  const architecture = ARCHITECTURES.find((each) => each.node === arch);
  const tuple = `${architecture?.tuple}-${system?.tuple}`;
  const found = PLATFORMS.find((each) => each.fmi3 === tuple);
  if (found !== undefined) return found;
  const message = `Cannot run FMUs on ${platform} ${arch}: the FMI standard has no binaries for it.`;
  throw new ToolError("failed_precondition", message, "Run the FMU on Modal or on a Linux x86-64 computer.");
}

/** The platforms an FMU has shared libraries for, in the order of {@link PLATFORMS}. */
export function listPlatforms(entries: readonly ArchiveEntry[]): readonly Platform[] {
  const files = entries.filter((entry) => !entry.isDirectory).map((entry) => entry.path);
  return PLATFORMS.filter(({ fmi2, fmi3, suffix }) =>
    files.some((path) => {
      const [root, folder, file, deeper] = path.split("/");
      const isPlatform = root === "binaries" && (folder === fmi2 || folder === fmi3);
      return isPlatform && deeper === undefined && file?.endsWith(suffix) === true;
    }),
  );
}

/**
 * The path of the shared library for an interface's model identifier and a platform, `binaries/linux64/model.so` say;
 * undefined where the FMU has none. FMI 1.0 and 2.0 try the old folder name first, FMI 3.0 knows the tuple only.
 */
export function findLibraryPath(
  entries: readonly ArchiveEntry[],
  modelIdentifier: string,
  fmiMajor: 1 | 2 | 3,
  platform: Platform,
): string | undefined {
  const folders = fmiMajor === 3 ? [platform.fmi3] : [platform.fmi2, platform.fmi3];
  const files = new Set(entries.filter((entry) => !entry.isDirectory).map((entry) => entry.path));
  return folders
    .map((folder) => `binaries/${folder}/${modelIdentifier}${platform.suffix}`)
    .find((path) => files.has(path));
}
