import { runCommand } from "./command-process.ts";

/** The commit that a folder's files are at, and whether they differ from it. */
export interface Commit {
  hash: string;
  dirty: boolean;
}

/** Reads a folder's commit; undefined where it lies in no git repository, or there is no git. */
export async function readCommit(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Commit | undefined> {
  const git = (...args: string[]) => runCommand("git", args, { cwd: folder, env, signal });
  const head = await git("rev-parse", "HEAD");
  const hash = head.stdout.trim();
  if (head.code !== 0 || !/^[0-9a-f]{40,64}$/.test(hash)) return undefined;
  const changes = await git("status", "--porcelain", "--", ".");
  return { hash, dirty: changes.stdout.trim() !== "" };
}
