import { readdirSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { createFile, ensurePrivateFolder, findText, hasCode } from "./private-files.ts";

/** A claim without a record is one in the making; after this long its maker must have died. */
const RECORD_WITHIN_MS = 60_000;

/** Who holds a digest. */
export interface Claims {
  /** Returns the id of the unfinished run that holds the digest; ours, if no other does. */
  claim(digest: string, runId: string): Promise<string>;
  /** Frees the digest if the run holds it. */
  release(digest: string, runId: string): Promise<void>;
}

/**
 * Keeps claims in a folder that several processes share. A digest has numbered files, each made once by `link()`; the highest
 * is the claim that counts, and it is never deleted, only followed by a higher one: so no two processes can
 * both take over from a finished run.
 */
export function openClaims(
  folder: string,
  stateOf: (runId: string) => Promise<"unfinished" | "finished" | "unknown">,
): Claims {
  const pathOf = (digest: string, generation: number) => join(folder, digest, String(generation));

  async function isHeld(digest: string, generation: number, holder: string): Promise<boolean> {
    if (holder === "") return false;
    const state = await stateOf(holder);
    if (state !== "unknown") return state === "unfinished";
    const made = await stat(pathOf(digest, generation)).catch(() => undefined);
    return made !== undefined && Date.now() - made.mtimeMs < RECORD_WITHIN_MS;
  }

  /** Adds the generation after `last`; false where another process was faster. */
  async function follow(digest: string, last: number, holder: string): Promise<boolean> {
    const own = pathOf(digest, last + 1);
    if (!(await createFile(own, holder))) return false;
    const generations = await listGenerations(join(folder, digest));
    if (Math.max(...generations) > last + 1) {
      // Our number had been used and swept away already: what we looked at was out of date.
      await rm(own, { force: true });
      return false;
    }
    for (const generation of generations)
      if (generation <= last) await rm(pathOf(digest, generation), { force: true });
    return true;
  }

  async function newest(digest: string): Promise<{ generation: number; holder: string } | undefined> {
    const generation = Math.max(0, ...(await listGenerations(join(folder, digest))));
    if (generation === 0) return { generation, holder: "" };
    const holder = await findText(pathOf(digest, generation));
    return holder === undefined ? undefined : { generation, holder };
  }

  return {
    async claim(digest, runId) {
      await ensurePrivateFolder(join(folder, digest));
      for (;;) {
        const last = await newest(digest);
        if (last === undefined) continue;
        if (last.holder === runId) return runId;
        if (await isHeld(digest, last.generation, last.holder)) return last.holder;
        if (await follow(digest, last.generation, runId)) return runId;
      }
    },
    async release(digest, runId) {
      const last = await newest(digest);
      if (last?.holder === runId) await follow(digest, last.generation, "");
    },
  };
}

async function listGenerations(folder: string): Promise<number[]> {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}
