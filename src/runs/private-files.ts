import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Creates a folder and its parents, readable by the user only (mode 0700). */
export async function ensurePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/** Writes a new file whole (mode 0600); false, and nothing done, where the path is taken. */
export async function createFile(path: string, text: string): Promise<boolean> {
  return throughTemporary(path, text, async (temporary) => {
    try {
      // link() refuses an existing path, where rename() would replace it.
      await link(temporary, path);
      return true;
    } catch (error) {
      if (hasCode(error, "EEXIST")) return false;
      throw error;
    }
  });
}

/** Writes a file whole (mode 0600), in place of an older one; readers see the old or the new text, never a part. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await throughTemporary(path, text, (temporary) => rename(temporary, path));
}

/** The text of a file, or undefined where there is none. */
export async function findText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Whether a system error has the code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

async function throughTemporary<T>(
  path: string,
  text: string,
  commit: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, text, { flag: "wx", mode: 0o600 });
    return await commit(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
}
