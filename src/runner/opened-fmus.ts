import { statSync } from "node:fs";
import { openFileSource } from "../fmi/archive/byte-source.ts";
import { type Fmu, openFmu } from "../fmi/fmu.ts";
import { hashFile } from "./fmu-file.ts";

/** An FMU that is open for as long as it is used. */
export interface OpenedFmu {
  fmu: Fmu;
  /** sha256 of the file. */
  checksum: string;
  /** Gives it back: it is closed, or kept open for the next run. */
  release(): Promise<void>;
}

/** Opens FMUs, keeping those open that are likely to be run again. */
export interface OpenedFmus {
  /**
   * Opens the FMU at a path, which need not stay there, after `check` of its sha256 has thrown nothing. A file that was opened
   * before is known by its identity: it is neither hashed nor read again.
   */
  open(path: string, name: string, check: (checksum: string) => void): Promise<OpenedFmu>;
  /** Closes those kept. */
  close(): Promise<void>;
}

interface Kept {
  fmu: Fmu;
  checksum: string;
  users: number;
}

const MOST_KEPT = 4;

/** Makes an empty set of opened FMUs. */
export function createOpenedFmus(): OpenedFmus {
  const kept = new Map<string, Kept>();

  const closeUnused = async (one: Kept) => {
    if (one.users === 0 && ![...kept.values()].includes(one)) await one.fmu.close();
  };
  const keep = async (key: string, one: Kept) => {
    kept.delete(key);
    kept.set(key, one);
    const [oldest] = kept;
    if (kept.size <= MOST_KEPT || oldest === undefined) return;
    kept.delete(oldest[0]);
    await closeUnused(oldest[1]);
  };
  return {
    async open(path, name, check) {
      const identity = identifyShared(path);
      const key = `${identity} ${name}`;
      const known = identity === undefined ? undefined : kept.get(key);
      const checksum = known?.checksum ?? (await hashFile(path));
      check(checksum);
      const one = known ?? { fmu: await openFmu(await openFileSource(path), name), checksum, users: 0 };
      one.users += 1;
      // Of two that were opened at the same time, one stays.
      if (identity !== undefined && (known ?? kept.get(key)) === known) await keep(key, one);
      const release = () => {
        one.users -= 1;
        return closeUnused(one);
      };
      return { fmu: one.fmu, checksum, release };
    },
    async close() {
      const all = [...kept.values()];
      kept.clear();
      await Promise.all(all.map(({ fmu }) => fmu.close()));
    },
  };
}

/**
 * What tells a file from all others, whatever its name; undefined for one that has one name only: that is a copy, which nobody
 * will meet again. A file with several is one of the host's store, whose bytes never change.
 */
function identifyShared(path: string): string | undefined {
  // At once: between a call's start and its simulation, every turn of the event loop counts.
  const { dev, ino, size, mtimeNs, nlink } = statSync(path, { bigint: true });
  return nlink > 1n ? `${dev}-${ino}-${size}-${mtimeNs}` : undefined;
}
