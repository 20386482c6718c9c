import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";

/*
 * Small files are written and read by synchronous calls: handing one over to a thread and back takes this process several
 * times as long as the call itself, and that is time between a run's end and its answer.
 */

/** Creates a folder and its parents, readable by the user only (mode 0700). */
export async function ensurePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/** Writes a new file whole (mode 0600); false, and nothing done, where the path is taken. */
export async function createFile(path: string, text: string): Promise<boolean> {
  const temporary = writeTemporary(path, text);
  try {
    // link() refuses an existing path, where rename() would replace it.
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    unlinkSync(temporary);
  }
}

/** Writes a file whole (mode 0600), in place of an older one; readers see the old or the new text, never a part. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = writeTemporary(path, text);
  try {
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** The text of a file, or undefined where there is none. */
export async function findText(path: string): Promise<string | undefined> {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Whether a system error has the code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function writeTemporary(path: string, text: string): string {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    writeFileSync(temporary, text, { flag: "wx", mode: 0o600 });
    return temporary;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
