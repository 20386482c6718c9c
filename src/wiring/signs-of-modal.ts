import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readProfiles } from "../config/profiles.ts";
import type { Config } from "../config.ts";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * What in the environment and the files speaks for a Modal account that this process was started without, a sentence each.
 * Undefined where the embedded endpoint is not used, or is meant.
 */
export function findSignsOfModal(config: Config, env: Env, homeFolder: string): string[] | undefined {
  const isMeant = (env.MODAL_FMI_ENDPOINT ?? "").trim() !== "";
  if (config.endpoint.default !== "embedded" || config.credentials.kind !== "none" || isMeant)
    return undefined;
  return [
    ...["MODAL_TOKEN_ID", "MODAL_TOKEN_SECRET"].filter((name) => name in env).map(describeEmpty),
    ...(env.MODAL_ENVIRONMENT ? ["MODAL_ENVIRONMENT is set, and only Modal reads it"] : []),
    ...findOtherFile(config, homeFolder),
  ];

  function describeEmpty(name: string): string {
    const isEmpty = (env[name] ?? "").trim() === "";
    return isEmpty
      ? `${name} is set, but empty`
      : `${name} holds a placeholder that the host did not fill in`;
  }
}

function findOtherFile({ configPath }: Config, homeFolder: string): string[] {
  const usual = join(homeFolder, ".modal.toml");
  if (usual === configPath) return [];
  const readFile = (path: string) => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  };
  const system = { readFile, homeDir: homeFolder, platform: process.platform, cwd: homeFolder };
  const { profiles } = readProfiles(usual, system);
  const hasToken = profiles.some(({ values }) => values.has("token_id") && values.has("token_secret"));
  return hasToken ? [`${usual} holds a token, but the server reads ${configPath}`] : [];
}
