import { mkdir, readdir, readlink, rm, stat, symlink } from "node:fs/promises";
import path from "node:path";
import { orUndefined } from "../record-files.ts";
import { RpcError } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";
import { runCommand } from "./command-process.ts";

/** An absolute path that a function expects in its container, and the folder that is to be found there. */
export interface Placement {
  path: string;
  folder: string;
}

/** How a command is started so that it finds the folders at their paths. */
export interface Placed {
  command: string;
  args: string[];
  /** Removes what was left outside of the container's own folders. */
  undo(): Promise<void>;
}

async function removeLink({ path: at, folder }: Placement): Promise<void> {
  if ((await readlink(at).catch(() => undefined)) === folder) await rm(at, { force: true });
}

// A link of a container that is gone is no reason not to make a new one.
async function removeStaleLink(state: EmulatorState, at: string): Promise<void> {
  const target = await readlink(at).catch(() => undefined);
  const ours = target?.startsWith(path.join(state.folder, "containers") + path.sep);
  if (ours && (await orUndefined(stat(at))) === undefined) await rm(at, { force: true });
}

async function link(state: EmulatorState, placements: readonly Placement[]): Promise<boolean> {
  const made: Placement[] = [];
  for (const placement of placements) {
    await removeStaleLink(state, placement.path);
    try {
      await symlink(placement.folder, placement.path);
      made.push(placement);
    } catch {
      // Taken, not allowed, or below a folder that is not there: then none of them.
      await Promise.all(made.map(removeLink));
      return false;
    }
  }
  return true;
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

async function isFolder(at: string): Promise<boolean> {
  return (await stat(at).catch(() => undefined))?.isDirectory() === true;
}

// Shows everything of a folder under a new root, in a folder that can be added to.
async function coverLines(folder: string, root: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const lines = [`mount -t tmpfs tmpfs ${quote(root + folder)}`];
  for (const entry of entries) {
    const from = path.join(folder, entry.name);
    const to = quote(root + from);
    if (entry.isSymbolicLink()) lines.push(`cp -P ${quote(from)} ${to}`);
    else if (entry.isDirectory()) lines.push(`mkdir ${to}`, `mount --rbind ${quote(from)} ${to} || true`);
    else if (entry.isFile()) lines.push(`touch ${to}`, `mount --bind ${quote(from)} ${to} || true`);
  }
  return lines;
}

async function placementLines(placement: Placement, root: string, covered: Set<string>): Promise<string[]> {
  const lines: string[] = [];
  const segments = placement.path.split("/").filter((segment) => segment !== "");
  for (let depth = 0; depth < segments.length; depth++) {
    const parent = `/${segments.slice(0, depth).join("/")}`;
    const child = `/${segments.slice(0, depth + 1).join("/")}`;
    if (await isFolder(child)) continue;
    if (!covered.has(parent) && (await isFolder(parent))) lines.push(...(await coverLines(parent, root)));
    covered.add(parent);
    break;
  }
  const at = quote(root + placement.path);
  return [...lines, `mkdir -p ${at}`, `mount --bind ${quote(placement.folder)} ${at}`];
}

/**
 * The command that runs another in namespaces of its own, where the folders lie at their paths; needs no rights beyond
 * those of user namespaces. `root` is an empty folder for the new root.
 */
export async function inNamespace(
  placements: readonly Placement[],
  root: string,
  command: string,
  args: readonly string[],
): Promise<{ command: string; args: string[] }> {
  const covered = new Set(["/"]);
  const lines = ["set -e", 'work="$(pwd)"', ...(await coverLines("/", root))];
  for (const placement of placements) lines.push(...(await placementLines(placement, root, covered)));
  // Where most systems keep it is not on the PATH of a user without rights.
  lines.push('chroot="$(PATH="$PATH:/usr/sbin:/sbin" command -v chroot)"');
  lines.push(`exec "$chroot" ${quote(root)} /bin/sh -c 'cd "$0" && exec "$@"' "$work" "$@"`);
  return { command: "unshare", args: ["-Urm", "/bin/sh", "-c", lines.join("\n"), "sh", command, ...args] };
}

async function hasNamespaces(state: EmulatorState): Promise<boolean> {
  const environment = { PATH: state.python?.environment.PATH ?? "/usr/bin:/bin" };
  const { signal } = state.closing;
  const { code } = await runCommand("unshare", ["-Urm", "true"], { environment, folder: "/", signal });
  return code === 0;
}

/**
 * Has a command find folders at absolute paths: by links where this process may make all of them, else in namespaces
 * of its own. Throws FAILED_PRECONDITION where neither is possible.
 */
export async function placeFolders(
  state: EmulatorState,
  placements: readonly Placement[],
  root: string,
  started: { command: string; args: readonly string[] },
): Promise<Placed> {
  const { command, args } = started;
  const nothing = { command, args: [...args], undo: async () => {} };
  if (placements.length === 0) return nothing;
  for (const { folder } of placements) await mkdir(folder, { recursive: true, mode: 0o700 });
  if (await link(state, placements)) {
    return { ...nothing, undo: async () => void (await Promise.all(placements.map(removeLink))) };
  }
  if (await hasNamespaces(state)) {
    await mkdir(root, { recursive: true, mode: 0o700 });
    return { ...(await inNamespace(placements, root, command, args)), undo: async () => {} };
  }
  const paths = placements.map((placement) => placement.path).join(", ");
  throw new RpcError(
    "failedPrecondition",
    `The container cannot be given ${paths}: no link can be made there, and this system allows no namespaces ` +
      "(unshare -Urm). An app that takes its mount root from MODAL_FMI_MOUNT_ROOT needs neither.",
  );
}
