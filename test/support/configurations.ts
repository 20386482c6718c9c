import { type Config, loadConfig, type System } from "../../src/config.ts";

export const HOME = "/home/ada";
export const FILE = `${HOME}/.modal.toml`;
export const ID = "ak-abcdefghijklmnop";
export const SECRET = "as-qrstuvwxyz012345";
export const BOTH = { MODAL_TOKEN_ID: ID, MODAL_TOKEN_SECRET: SECRET };
export const TOKENS = `token_id = "${ID}"\ntoken_secret = "${SECRET}"\n`;

type Files = Record<string, string | Error>;

export function system(files: Files = {}, platform: NodeJS.Platform = "linux"): System {
  return {
    readFile: (path) => {
      const file = files[path];
      if (file instanceof Error) throw file;
      return file;
    },
    homeDir: platform === "win32" ? "C:\\Users\\Ada" : HOME,
    platform,
    cwd: "/cwd",
  };
}

export function load(env: Record<string, string> = {}, toml?: string | Error): Config {
  return loadConfig(env, system(toml === undefined ? {} : { [FILE]: toml }));
}

export function errno(code: string): Error {
  return Object.assign(new Error(`${code}: no`), { code });
}
