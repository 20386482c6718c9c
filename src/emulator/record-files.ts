import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { setImmediate } from "node:timers/promises";

/**
 * JSON records that several processes read and write without a lock: each is written whole to a temporary file
 * and then linked (first writer wins) or renamed (last writer wins) to its name. Nothing is kept in memory, so what
 * another process wrote is seen at once.
 *
 * The calls are synchronous: for a file this small, handing one over to a thread and back takes this process several times
 * as long as the call itself, and a run needs dozens.
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

/** As {@link orUndefined}, of work that is done at once. */
function unlessMissing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (thrown) {
    if (isSystemError(thrown, "ENOENT") || isSystemError(thrown, "ENOTDIR")) return undefined;
    throw thrown;
  }
}

/** Writes a new file (mode 0600), making its folder where that is missing. Not whole to whoever reads it meanwhile. */
export function writeNewFile(file: string, content: string | Uint8Array): void {
  const write = () => writeFileSync(file, content, { flag: "wx", mode: 0o600 });
  try {
    write();
  } catch (thrown) {
    if (!isSystemError(thrown, "ENOENT")) throw thrown;
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    write();
  }
}

function writeTemporary(file: string, record: object): string {
  const temporary = path.join(path.dirname(file), `.tmp-${randomUUID()}`);
  try {
    writeNewFile(temporary, JSON.stringify(record));
  } catch (thrown) {
    unlessMissing(() => unlinkSync(temporary));
    throw thrown;
  }
  return temporary;
}

/** Writes a new record; false where one is there already, which stays as it is. */
export async function createRecord(file: string, record: object): Promise<boolean> {
  const temporary = writeTemporary(file, record);
  try {
    linkSync(temporary, file);
    return true;
  } catch (thrown) {
    if (isSystemError(thrown, "EEXIST")) return false;
    throw thrown;
  } finally {
    unlessMissing(() => unlinkSync(temporary));
  }
}

/** Writes a record over whatever is there. */
export async function replaceRecord(file: string, record: object): Promise<void> {
  const temporary = writeTemporary(file, record);
  try {
    renameSync(temporary, file);
  } catch (thrown) {
    unlessMissing(() => unlinkSync(temporary));
    throw thrown;
  }
}

/** Reads a record; undefined where there is none. Throws with the file's name where it is no JSON. */
export async function readRecord<T>(file: string): Promise<T | undefined> {
  const text = unlessMissing(() => readFileSync(file, "utf8"));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new Error(`the record ${path.basename(file)} in the state folder is damaged`, { cause });
  }
}

/** Removes a file; true where it was there. */
export async function removeFile(file: string): Promise<boolean> {
  return (
    unlessMissing(() => {
      unlinkSync(file);
      return true;
    }) ?? false
  );
}

/** The names in a folder, temporary files left out; none where it does not exist. */
export async function listFolder(folder: string): Promise<string[]> {
  const names = (await orUndefined(readdir(folder))) ?? [];
  return names.filter((name) => !name.startsWith(".tmp-"));
}

/* Many records are read in pieces of a few milliseconds, between which others get their turn. */
const AT_A_STRETCH = 64;

/** Maps with at most 32 pieces of work at once, keeping the order. */
export async function mapLimited<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let pause: Promise<void> | undefined;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      if (index % AT_A_STRETCH === AT_A_STRETCH - 1) pause = setImmediate();
      await pause;
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(32, items.length) }, worker));
  return results;
}
