import { refuse } from "../rpc-error.ts";

const MAX_PATH_BYTES = 4096;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * The volume-relative path that a client's path means: no leading or trailing slash, "." dropped, "" for the root.
 * Throws INVALID_ARGUMENT for ".." and control characters.
 */
export function normalisePath(text: string): string {
  if (CONTROL.test(text) || Buffer.byteLength(text) > MAX_PATH_BYTES) {
    return refuse("a volume path must be at most 4096 bytes without control characters");
  }
  const segments = text.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..")) return refuse(`the volume path "${text}" must not contain ".."`);
  return segments.join("/");
}

/** The folders above a path, outermost first, the root left out: `a/b/c` has `a`, `a/b`. */
export function parentsOf(path: string): string[] {
  const segments = path.split("/");
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join("/"));
}

/** Whether `path` lies somewhere below `folder` ("" is the root). */
export function isBelow(path: string, folder: string): boolean {
  return folder === "" ? path !== "" : path.startsWith(`${folder}/`);
}

/** The last segment of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
