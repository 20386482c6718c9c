import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Platform } from "../platforms.ts";

/** The loader's own list of libraries: NUL-terminated names and paths, where a name may be the end of a path. */
const LOADER_CACHE = "/etc/ld.so.cache";

/**
 * A function that tells whether a library of that name can be loaded on this computer; undefined where that cannot be told
 * from the files. `folders` are looked through first: those of LD_LIBRARY_PATH or PATH, and the library's own.
 */
export function createLibraryFinder(
  platform: Platform,
  folders: readonly string[],
  cachePath = LOADER_CACHE,
): ((name: string) => boolean) | undefined {
  if (platform.suffix !== ".so") return undefined;
  const cache = readCache(cachePath);
  if (cache === undefined) return undefined;
  return (name) => {
    if (name.includes("/")) return existsSync(name);
    const isListed = cache.includes(`/${name}\0`) || cache.includes(`\0${name}\0`);
    return isListed || folders.some((folder) => existsSync(join(folder, name)));
  };
}

/** The version of glibc this process runs on, "2.36" say; undefined on other systems and with other C libraries. */
export function findGlibcVersion(): string | undefined {
  // Looking up the names of network interfaces' peers may take seconds (Node's types do not know the switch yet).
  Object.assign(process.report, { excludeNetwork: true });
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: unknown } };
  const version = report.header?.glibcVersionRuntime;
  return typeof version === "string" ? version : undefined;
}

function readCache(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}
