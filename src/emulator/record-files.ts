import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rename, unlink } from "node:fs/promises";
import path from "node:path";

/**
 * JSON records that several processes read and write without a lock: each is written whole to a temporary file
 * and then linked (first writer wins) or renamed (last writer wins) to its name.
 */

/** Whether a thrown value is a system error of this code. */
export function isSystemError(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && (thrown as NodeJS.ErrnoException).code === code;
}

/** Resolves undefined where `work` fails because something is not there. */
export async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (thrown) {
    if (isSystemError(thrown, "ENOENT") || isSystemError(thrown, "ENOTDIR")) return undefined;
    throw thrown;
  }
}

async function writeTemporary(file: string, text: string): Promise<string> {
  const temporary = path.join(path.dirname(file), `.tmp-${randomUUID()}`);
  const handle = await open(temporary, "wx", 0o600).catch(async (thrown: unknown) => {
    if (!isSystemError(thrown, "ENOENT")) throw thrown;
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    return open(temporary, "wx", 0o600);
  });
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
  return temporary;
}

/** Writes a new record; false where one is there already, which stays as it is. */
export async function createRecord(file: string, record: object): Promise<boolean> {
  const temporary = await writeTemporary(file, JSON.stringify(record));
  try {
    await link(temporary, file);
    return true;
  } catch (thrown) {
    if (isSystemError(thrown, "EEXIST")) return false;
    throw thrown;
  } finally {
    await removeFile(temporary);
  }
}

/** Writes a record over whatever is there. */
export async function replaceRecord(file: string, record: object): Promise<void> {
  const temporary = await writeTemporary(file, JSON.stringify(record));
  try {
    await rename(temporary, file);
  } catch (thrown) {
    await removeFile(temporary);
    throw thrown;
  }
}

/** Reads a record; undefined where there is none. Throws with the file's name where it is no JSON. */
export async function readRecord<T>(file: string): Promise<T | undefined> {
  const text = await orUndefined(readFile(file, "utf8"));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new Error(`the record ${path.basename(file)} in the state folder is damaged`, { cause });
  }
}

/** Removes a file; true where it was there. */
export async function removeFile(file: string): Promise<boolean> {
  return (await orUndefined(unlink(file).then(() => true))) ?? false;
}

/** The names in a folder, temporary files left out; none where it does not exist. */
export async function listFolder(folder: string): Promise<string[]> {
  const names = (await orUndefined(readdir(folder))) ?? [];
  return names.filter((name) => !name.startsWith(".tmp-"));
}

/** Maps with at most 32 pieces of work at once, keeping the order. */
export async function mapLimited<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(32, items.length) }, worker));
  return results;
}
