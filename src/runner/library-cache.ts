import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";

import { SHARED_LIBRARY } from "../fmi/platforms.ts";

/** Unpacked shared libraries of FMUs that ran before, by what they were unpacked from. */
export interface LibraryCache {
  /** Links the files kept under the key below `target`; false, and nothing done, where there are none, or were touched since. */
  link(key: string, target: string): boolean;
  /**
   * Keeps the files of a folder below `target`, and `further` ones. Libraries, which can be loaded by now, and those cannot be written
   * to from now on; what else lies in the folder is each run's own.
   */
  keep(key: string, target: string, folder: string, further?: readonly string[]): void;
  /** Removes what is kept. */
  close(): void;
}

interface KeptFile {
  path: string;
  /** Below the target. */
  relative: string;
  identity: string;
  /** Whether runs share it, and so cannot write to it. */
  isShared: boolean;
}

interface Kept {
  folder: string;
  files: readonly KeptFile[];
}

const MOST_KEPT = 8;
const MOST_FILES = 64;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Makes an empty cache in a folder of its own below `workDir`. Each run has links of its own, in its own folder: a library finds
 * what lies beside it. Not for Windows, where a library that is loaded under one name cannot be removed under another.
 */
export function createLibraryCache(workDir: string, platform: NodeJS.Platform): LibraryCache {
  const kept = new Map<string, Kept>();
  let root: string | undefined;

  const forget = (key: string) => {
    const found = kept.get(key);
    kept.delete(key);
    if (found !== undefined) rmSync(found.folder, { recursive: true, force: true });
  };
  return {
    link(key, target) {
      const found = kept.get(key);
      if (found === undefined) return false;
      const linked: string[] = [];
      try {
        for (const { path, relative, identity, isShared } of found.files) {
          if (identify(path) !== identity) throw new Error("it was touched");
          const own = join(target, relative);
          mkdirSync(dirname(own), { recursive: true, mode: 0o700 });
          if (isShared) linkSync(path, own);
          else copyFileSync(path, own);
          linked.push(own);
        }
        return true;
      } catch {
        // Another process may have cleared the folder: the library is unpacked again.
        for (const own of linked) rmSync(own, { force: true });
        forget(key);
        return false;
      }
    },
    keep(key, target, folder, further = []) {
      if (platform === "win32" || kept.has(key)) return;
      const sources = listFiles(target, folder);
      if (sources === undefined) return;
      try {
        root ??= mkdtempSync(join(workDir, "libraries-"));
        const own = mkdtempSync(join(root, "library-"));
        kept.set(key, {
          folder: own,
          files: [
            ...sources.map((relative) => keepFile(target, relative, own, SHARED_LIBRARY.test(relative))),
            ...further.map((relative) => keepFile(target, relative, own, true)),
          ],
        });
      } catch {
        // A full disk, say: there is nothing that runs cannot do without.
        return;
      }
      const [oldest] = kept.keys();
      if (kept.size > MOST_KEPT && oldest !== undefined) forget(oldest);
    },
    close() {
      kept.clear();
      if (root !== undefined) rmSync(root, { recursive: true, force: true });
    },
  };
}

function keepFile(target: string, relative: string, folder: string, isShared: boolean): KeptFile {
  const path = join(folder, relative);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (isShared) {
    linkSync(join(target, relative), path);
    chmodSync(path, 0o500);
  } else copyFileSync(join(target, relative), path);
  return { path, relative, isShared, identity: identify(path) };
}

/** The files of a folder and those below it, relative to `target`; undefined where they are too many or too large. */
function listFiles(target: string, folder: string): string[] | undefined {
  const files: string[] = [];
  let bytes = 0;
  const folders = [folder];
  for (const each of folders) {
    for (const entry of readdirSync(join(target, each), { withFileTypes: true })) {
      const relative = join(each, entry.name);
      if (entry.isDirectory()) {
        folders.push(relative);
        continue;
      }
      files.push(relative);
      bytes += statSync(join(target, relative)).size;
      if (files.length > MOST_FILES || bytes > MOST_BYTES) return undefined;
    }
  }
  return files;
}

function identify(path: string): string {
  const { ino, size, mtimeNs } = statSync(path, { bigint: true });
  return `${ino}-${size}-${mtimeNs}`;
}
