import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

const SKIPPED = /^(\..*|__pycache__|node_modules|tests?|build|dist|.*\.egg-info)$/;
/** Bigger files count by name and size. */
const MOST_READ_BYTES = 4 * 1024 * 1024;
/** More are not told apart: a folder of that size is no runner's. */
const MOST_FILES = 5000;

/**
 * A short word that stands for a runner's source and the settings it is deployed with: the same for the same files,
 * whoever deploys them. Hidden folders, virtual environments, caches and tests do not count.
 */
export async function fingerprintSource(
  folder: string,
  settings: Readonly<Record<string, string>>,
): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(Object.entries(settings).sort()));
  for (const path of await listFiles(folder, "", [])) {
    const whole = join(folder, path);
    const { size } = await stat(whole);
    hash.update(`\0${path}\0${size}\0`);
    if (size <= MOST_READ_BYTES) hash.update(await readFile(whole));
  }
  return `src-${hash.digest("hex").slice(0, 12)}`;
}

async function listFiles(folder: string, below: string, found: string[]): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  if (entries.some(({ name }) => name === "pyvenv.cfg")) return found;
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (found.length >= MOST_FILES) break;
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory() && !SKIPPED.test(entry.name)) await listFiles(folder, path, found);
    else if (entry.isFile() && !/\.pyc$/.test(entry.name)) found.push(path);
  }
  return found;
}
