import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { findSignsOfModal } from "../../src/wiring/signs-of-modal.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const TOKEN = '[default]\ntoken_id = "ak-1"\ntoken_secret = "as-1"\n';

/** The signs for a process started with these variables, whose own configuration file does not exist. */
async function find(env: Record<string, string>, usualFile?: string) {
  const home = await temporaryFolder();
  if (usualFile !== undefined) await writeFile(join(home, ".modal.toml"), usualFile);
  const full = { MODAL_CONFIG_PATH: join(home, "other.toml"), ...env };
  const system = { readFile: () => undefined, homeDir: home, platform: process.platform, cwd: home };
  return findSignsOfModal(loadConfig(full, system), full, home);
}

test("findSignsOfModal finds none where nothing of Modal is set", async () => {
  expect(await find({})).toEqual([]);
  expect(await find({}, "[default]\n")).toEqual([]);
});

test.each([
  [
    { MODAL_TOKEN_ID: "", MODAL_TOKEN_SECRET: "" },
    ["MODAL_TOKEN_ID is set, but empty", "MODAL_TOKEN_SECRET is set, but empty"],
  ],
  [
    { MODAL_TOKEN_ID: `\${MODAL_TOKEN_ID}` },
    ["MODAL_TOKEN_ID holds a placeholder that the host did not fill in"],
  ],
  [{ MODAL_ENVIRONMENT: "main" }, ["MODAL_ENVIRONMENT is set, and only Modal reads it"]],
])("findSignsOfModal finds in %j %j", async (env, signs) => {
  expect(await find(env)).toEqual(signs);
});

test("findSignsOfModal finds a token in the usual file that the server does not read", async () => {
  expect((await find({}, TOKEN))?.[0]).toMatch(
    /\.modal\.toml holds a token, but the server reads .*other\.toml$/,
  );
});

test("findSignsOfModal looks for none where embedded is meant, or Modal is used", async () => {
  expect(await find({ MODAL_FMI_ENDPOINT: "embedded" }, TOKEN)).toBeUndefined();
  expect(await find({ MODAL_TOKEN_ID: "ak-1", MODAL_TOKEN_SECRET: "as-1" })).toBeUndefined();
  expect(await find({ MODAL_TOKEN_ID: "ak-1" })).toBeUndefined();
});
