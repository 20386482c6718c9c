import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Where a version of the shared package was found. */
export interface SharedVersion {
  name: string;
  version: string;
  file: string;
}

const FILES = ["uv.lock", "poetry.lock", "requirements.txt", "pyproject.toml"];

/** Reads which exact versions of the shared package the files of these folders name; folders without any add nothing. */
export async function findSharedVersions(
  folders: readonly string[],
  names: readonly string[],
): Promise<SharedVersion[]> {
  const found: SharedVersion[] = [];
  for (const folder of folders) {
    for (const file of FILES) {
      const path = join(folder, file);
      const text = await readFile(path, "utf8").catch(() => "");
      for (const name of names) {
        const version = readVersion(text, name);
        if (version) found.push({ name, version, file: path });
      }
    }
  }
  return found;
}

/** In a lock file `name = "…"` then `version = "…"`; elsewhere a pin, `name==version`. */
function readVersion(text: string, name: string): string | undefined {
  const locked = new RegExp(`^name = "${namePattern(name)}"\\s+version = "([^"]+)"`, "im").exec(text)?.[1];
  return locked ?? pinOf(name).exec(text)?.[2];
}

/** Matches a pin: all before the version, and the version. */
export function pinOf(name: string): RegExp {
  return new RegExp(`((?:^|["'\\s])${namePattern(name)}(?:\\[[^\\]]*\\])?\\s*==\\s*)([\\w.+!-]+)`, "im");
}

/** Names compare as PyPI does. */
function namePattern(name: string): string {
  return name
    .split(/[-_.]+/)
    .map((part) => part.replace(/[^a-z0-9]/gi, ""))
    .join("[-_.]+");
}

/** A deployment's tag: which source it is, and with which shared package. Modal takes letters, digits, `.`, `_`, `-`; 50 at most. */
export function deploymentTag(
  source: string,
  shared: Pick<SharedVersion, "name" | "version"> | undefined,
): string {
  if (!shared) return source;
  const named = `${shared.name}-${shared.version}`.replace(/[^\w.-]/g, ".");
  return named.length + source.length + 1 > 50 ? source : `${named}_${source}`;
}

/** The version of the shared package that a live app names: in its deployment's tag, or in an app's tag of the package's name. */
export function sharedVersionOfLive(
  deployment: string | undefined,
  tags: Readonly<Record<string, string>>,
  names: readonly string[],
): { name: string; version: string } | undefined {
  for (const name of names) {
    const ofApp = Object.entries(tags).find(([key]) => new RegExp(`^${namePattern(name)}$`, "i").test(key));
    const pattern = new RegExp(`^${namePattern(name)}-([\\w.]+)_src-`, "i");
    const version = ofApp?.[1] ?? (deployment && pattern.exec(deployment)?.[1]);
    if (version) return { name, version };
  }
  return undefined;
}
