import { execFile } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** What the build printed when it failed, or "". */
    buildFailure: string;
  }
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SOURCES = ["src", "scripts/build.mjs", "scripts/bundle.mjs", "package.json"];

/** Builds `dist` where it is older than its sources. A failure fails test/build.test.ts; tests of unbuilt rooms still run. */
export default async function buildFirst(project: TestProject): Promise<void> {
  let failure = "";
  if ((await newest(SOURCES)) > (await newest(["dist/main.js"])))
    await promisify(execFile)(process.execPath, ["scripts/build.mjs", "--quiet"], { cwd: ROOT }).catch(
      (error: Error & { stderr?: string }) => {
        failure = error.stderr || error.message;
      },
    );
  project.provide("buildFailure", failure);
}

/** The latest time of change of files and of everything in folders, ms; 0 where there is nothing. */
async function newest(paths: readonly string[]): Promise<number> {
  const times = paths.map(async (path) => {
    const found = await stat(join(ROOT, path)).catch(() => undefined);
    if (found === undefined) return 0;
    if (!found.isDirectory()) return found.mtimeMs;
    return newest((await readdir(join(ROOT, path))).map((name) => join(path, name)));
  });
  return Math.max(0, ...(await Promise.all(times)));
}
