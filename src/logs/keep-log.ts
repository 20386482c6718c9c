import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const MOST_FILES = 20;
const NAME = /^log-\d{8}T\d{9}-[a-z0-9]+\.txt$/;

/** Writes a log's whole text to a file of its own (mode 0600) and resolves to its path; the newest 20 such files are kept. */
export async function keepLog(folder: string, text: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stamp = new Date().toISOString().replace(/[-:.Z]/g, "");
  const path = join(folder, `log-${stamp}-${Math.random().toString(36).slice(2, 8)}.txt`);
  await writeFile(path, text, { mode: 0o600, flag: "wx" });
  // The process's umask can only take away.
  await chmod(path, 0o600);
  const files = (await readdir(folder)).filter((name) => NAME.test(name)).sort();
  const old = files.slice(0, Math.max(0, files.length - MOST_FILES));
  await Promise.all(old.map((name) => rm(join(folder, name), { force: true })));
  return path;
}
