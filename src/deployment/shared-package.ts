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

/** In a lock file `name = "…"` then `version = "…"`; elsewhere a pin, `name==version`. Names compare as PyPI does. */
function readVersion(text: string, name: string): string | undefined {
  const pattern = name
    .split(/[-_.]+/)
    .map((part) => part.replace(/[^a-z0-9]/gi, ""))
    .join("[-_.]+");
  const locked = new RegExp(`^name = "${pattern}"\\s+version = "([^"]+)"`, "im").exec(text)?.[1];
  const pinned = new RegExp(`(?:^|["'\\s])${pattern}(?:\\[[^\\]]*\\])?\\s*==\\s*([\\w.+!-]+)`, "im").exec(
    text,
  )?.[1];
  return locked ?? pinned;
}
