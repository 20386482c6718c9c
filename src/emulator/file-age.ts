import { stat, utimes } from "node:fs/promises";
import { orUndefined } from "./record-files.ts";

/** Marks a file or folder as in use now, so that the collector leaves it; does nothing where there is none. */
export async function touch(file: string): Promise<void> {
  const now = new Date();
  await orUndefined(utimes(file, now, now));
}

/** Whether a file or folder is there and nobody has touched it for so long. */
export async function isOlder(file: string, ageMs: number): Promise<boolean> {
  const found = await orUndefined(stat(file));
  return found !== undefined && found.mtimeMs < Date.now() - ageMs;
}
