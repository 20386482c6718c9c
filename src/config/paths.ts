import { posix, win32 } from "node:path";
import { quote, readText } from "./values.ts";
import { type Env, type Findings, type VariableName, variableProblem } from "./variables.ts";

/** What the configuration must know of the computer; {@link readFile} returns undefined where no file is. */
export interface System {
  /** Throws every other failure (`EISDIR`, `EACCES`, …). */
  readFile(path: string): string | undefined;
  homeDir: string;
  platform: NodeJS.Platform;
  cwd: string;
}

/** The path rules of a platform, which need not be the one this runs on. */
export function pathsOf(system: System): typeof posix {
  return system.platform === "win32" ? win32 : posix;
}

/** Replaces a leading `~` by the home folder. */
export function expandHome(value: string, system: System): string {
  if (value === "~") return system.homeDir;
  return /^~[/\\]/.test(value) ? pathsOf(system).join(system.homeDir, value.slice(2)) : value;
}

/** Reads a path that must be absolute, since hosts start servers in any folder. */
export function readAbsolutePath(
  env: Env,
  name: VariableName,
  system: System,
  findings: Findings,
): string | undefined {
  const value = readText(env, name, findings);
  return value === undefined ? undefined : absolute(value, name, system, findings);
}

/** Reads a list of absolute paths, separated as `PATH` is; undefined where unset. */
export function readAbsolutePaths(
  env: Env,
  name: VariableName,
  system: System,
  findings: Findings,
): string[] | undefined {
  const value = readText(env, name, findings);
  if (value === undefined) return undefined;
  return value
    .split(pathsOf(system).delimiter)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .flatMap((part) => absolute(part, name, system, findings) ?? []);
}

/** The Modal configuration file: `MODAL_CONFIG_PATH`, else its alias `MODAL_CONFIG`, else `~/.modal.toml`. */
export function readConfigPath(
  env: Env,
  system: System,
  findings: Findings,
): { path: string; variable: VariableName | undefined } {
  const own = readText(env, "MODAL_CONFIG_PATH", findings);
  const alias = readText(env, "MODAL_CONFIG", findings);
  if (own !== undefined && alias !== undefined && own !== alias)
    findings.warnings.push("MODAL_CONFIG_PATH and MODAL_CONFIG differ: MODAL_CONFIG_PATH is used.");
  const paths = pathsOf(system);
  const value = own ?? alias;
  if (value === undefined) return { path: paths.join(system.homeDir, ".modal.toml"), variable: undefined };
  return {
    path: paths.resolve(system.cwd, expandHome(value, system)),
    variable: own === undefined ? "MODAL_CONFIG" : "MODAL_CONFIG_PATH",
  };
}

/** The folder of what the program keeps: `MODAL_FMI_HOME`, else `modal-fmi-mcp` in the platform's data folder. */
export function readHome(env: Env, system: System, findings: Findings): string {
  const chosen = readAbsolutePath(env, "MODAL_FMI_HOME", system, findings);
  return chosen ?? pathsOf(system).join(dataFolder(env, system), "modal-fmi-mcp");
}

function dataFolder(env: Env, system: System): string {
  const paths = pathsOf(system);
  if (system.platform === "darwin") return paths.join(system.homeDir, "Library", "Application Support");
  const [named, fallback] =
    system.platform === "win32"
      ? [env.LOCALAPPDATA, ["AppData", "Local"]]
      : [env.XDG_DATA_HOME, [".local", "share"]];
  // The XDG Base Directory Specification has relative paths ignored.
  return named !== undefined && paths.isAbsolute(named) ? named : paths.join(system.homeDir, ...fallback);
}

function absolute(value: string, name: VariableName, system: System, findings: Findings): string | undefined {
  const path = expandHome(value, system);
  if (pathsOf(system).isAbsolute(path)) return pathsOf(system).normalize(path);
  findings.problems.push(
    variableProblem(
      name,
      `${name} holds a path that is not absolute: ${quote(value)}.`,
      `Write the full path, from the root folder, in ${name}.`,
    ),
  );
  return undefined;
}
