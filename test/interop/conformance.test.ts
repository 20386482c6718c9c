import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeHome } from "../support/home.ts";
import { serveHttp } from "../support/http-server.ts";
import { startToolClient } from "../support/tool-client.ts";

/** Folder where `@modelcontextprotocol/conformance` is installed; unset, nothing here runs. */
const FOLDER = process.env.MCP_CONFORMANCE;
const PRELOAD = fileURLToPath(new URL("../support/fs-glob-preload.mjs", import.meta.url));

/** The scenarios that need no fixture of their own in the server: those say something about a real one. */
const SCENARIOS = [
  ["server-initialize", "2025-11-25"],
  ["ping", "2025-11-25"],
  ["tools-list", "2025-11-25"],
  ["resources-list", "2025-11-25"],
  ["prompts-list", "2025-11-25"],
  ["dns-rebinding-protection", "2025-11-25"],
  ["tools-list", "2026-07-28"],
  ["resources-list", "2026-07-28"],
  ["prompts-list", "2026-07-28"],
  ["sep-2164-resource-not-found", "2026-07-28"],
  ["caching", "2026-07-28"],
  ["dns-rebinding-protection", "2026-07-28"],
  ["http-header-validation", "2026-07-28"],
  ["input-required-result-unsupported-methods", "2026-07-28"],
  ["input-required-result-ignore-extra-params", "2026-07-28"],
  ["input-required-result-validate-input", "2026-07-28"],
] as const;

describe.skipIf(FOLDER === undefined)("The conformance tool", () => {
  let url: string;
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const home = await makeHome();
    const tools = await startToolClient(home.path);
    const http = await serveHttp(tools.newServer);
    url = http.url;
    closing.push(http.close, tools.close, home.remove);
  });

  afterAll(async () => {
    for (const close of closing) await close();
  });

  test.each(SCENARIOS)("passes %s of %s", async (scenario, version) => {
    const { code, output } = await run(
      "server",
      "--url",
      url,
      "--scenario",
      scenario,
      "--spec-version",
      version,
    );
    expect(output).not.toMatch(/[1-9]\d* failed/);
    expect(output).toMatch(/[1-9]\d* passed|Passed: [1-9]/i);
    expect(code, output).toBe(0);
  });
});

function run(...args: string[]): Promise<{ code: number; output: string }> {
  const program = join(FOLDER ?? "", "node_modules/@modelcontextprotocol/conformance/dist/index.js");
  const words = ["--import", PRELOAD, program, ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, words, { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: `${stdout}\n${stderr}` });
    });
  });
}
