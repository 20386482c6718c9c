import { realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { ToolError } from "../errors.ts";

/** Where paths of this computer are looked for. */
export interface LocalFolders {
  /** Folders that files may come from; undefined allows any regular file. */
  roots: readonly string[] | undefined;
  workingFolder: string;
  homeFolder: string;
}

/** Folders of assistants' own sandboxes, which this computer does not have. */
const SANDBOX =
  /^(sandbox:|\/mnt\/(user-data|data|session)\b|\/home\/(claude|sandbox|oai)\b|\/root\/(claude|workspace)\b)/;

/**
 * Finds the regular file that a caller's path means: absolute, `~`, `file://`, relative to the working folder, or a bare
 * name in an allowed folder; links are resolved. Throws `not_found`, `invalid_argument` or `permission_denied`.
 */
export async function resolveLocalFile(path: string, folders: LocalFolders): Promise<string> {
  const candidates = candidatePaths(path, folders);
  let refused: ToolError | undefined;
  for (const candidate of candidates) {
    const real = await realpath(candidate).catch(() => undefined);
    if (real === undefined) continue;
    const problem = (await isAllowed(real, folders.roots))
      ? await whyNotFile(path, real)
      : notAllowed(path, folders.roots ?? []);
    if (problem === undefined) return real;
    refused ??= problem;
  }
  throw refused ?? missing(path, candidates);
}

/**
 * The folder that a caller's path means, for files to be written to; it need not exist yet. Throws `invalid_argument`
 * where a file is in its place, `permission_denied` outside the allowed folders.
 */
export async function resolveLocalFolder(path: string, folders: LocalFolders): Promise<string> {
  const [folder = folders.workingFolder] = candidatePaths(path, { ...folders, roots: undefined });
  let existing = folder;
  while ((await realpath(existing).catch(() => undefined)) === undefined && dirname(existing) !== existing)
    existing = dirname(existing);
  const real = await realpath(existing);
  if (!(await isAllowed(real, folders.roots))) throw notAllowed(path, folders.roots ?? []);
  if ((await stat(real)).isDirectory()) return folder;
  throw new ToolError(
    "invalid_argument",
    `Cannot write below "${path}": "${existing}" is a file`,
    "Give the path of a folder on this computer.",
  );
}

async function whyNotFile(path: string, real: string): Promise<ToolError | undefined> {
  const facts = await stat(real);
  if (facts.isFile()) return undefined;
  return new ToolError(
    "invalid_argument",
    `Cannot read "${path}": it is ${facts.isDirectory() ? "a folder" : "no regular file"}`,
    "Give the path of an FMU file (`.fmu`).",
  );
}

function candidatePaths(path: string, { roots, workingFolder, homeFolder }: LocalFolders): string[] {
  if (path.trim() === "" || path.includes("\0")) {
    throw new ToolError(
      "invalid_argument",
      "Cannot read a file: the path is empty or holds a NUL character",
      "Give the path of an FMU file.",
    );
  }
  if (path.startsWith("file:")) return [fromFileUrl(path)];
  if (path === "~" || path.startsWith("~/") || path.startsWith("~\\"))
    return [join(homeFolder, path.slice(1))];
  if (isAbsolute(path)) return [path];
  const bare = basename(path) === path;
  const bases = bare && roots ? [...roots, workingFolder] : [workingFolder, ...(roots ?? [])];
  return [...new Set(bases.map((base) => resolve(base, path)))];
}

function fromFileUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new ToolError(
      "invalid_argument",
      `Cannot read "${url}": it is no valid file URL of this computer`,
      "Give the plain path of the FMU.",
      { cause },
    );
  }
}

async function isAllowed(real: string, roots: readonly string[] | undefined): Promise<boolean> {
  if (!roots) return true;
  for (const root of roots) {
    const realRoot = await realpath(root).catch(() => undefined);
    if (realRoot === undefined) continue;
    const inside = relative(realRoot, real);
    if (inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)) return true;
  }
  return false;
}

function notAllowed(path: string, roots: readonly string[]): ToolError {
  return new ToolError(
    "permission_denied",
    `Cannot read "${path}": it lies outside the folders that \`MODAL_FMI_ROOTS\` allows (${roots.join(", ")})`,
    "Move the file into an allowed folder, or add its folder to `MODAL_FMI_ROOTS`.",
  );
}

function missing(path: string, candidates: readonly string[]): ToolError {
  if ([path, ...candidates].some((candidate) => SANDBOX.test(candidate))) {
    return new ToolError(
      "not_found",
      `Cannot read "${path}": this looks like a path of an assistant's own sandbox, which this server does not see`,
      "Give the path on this computer, where the server runs.",
    );
  }
  return new ToolError(
    "not_found",
    `Cannot read "${path}": no such file (looked for ${candidates.map((candidate) => `"${candidate}"`).join(", ")})`,
    "Give the absolute path of the file on this computer.",
  );
}
