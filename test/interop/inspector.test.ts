import { execFile } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TOOLS } from "../../src/tools/index.ts";
import { MAIN, programEnv } from "../support/built-program.ts";
import { makeHome } from "../support/home.ts";
import { fixture } from "../support/tool-client.ts";

/** Folder where `@modelcontextprotocol/inspector` is installed; unset, nothing here runs. */
const FOLDER = process.env.MCP_INSPECTOR;
/** The exit code for a tool that answers with an error. */
const TOOL_ERROR = 5;

describe.skipIf(FOLDER === undefined)("The inspector's command line", () => {
  let home: Awaited<ReturnType<typeof makeHome>>;

  beforeAll(async () => {
    home = await makeHome();
  });

  afterAll(() => home.remove());

  /** What the inspector prints for one request to the built program over stdio. */
  async function inspect(method: string, ...options: string[]) {
    const { code, stdout } = await run(home.path, ["--format", "json", "--method", method, ...options]);
    return { code, result: JSON.parse(stdout).result };
  }

  const call = (name: string, args: object) =>
    inspect("tools/call", "--tool-name", name, "--tool-args-json", JSON.stringify(args));

  test("lists tools, and finds no error in their schemas", async () => {
    const { code, result } = await inspect("tools/list", "--strict");
    expect(code).toBe(0);
    expect(result.tools.map(({ name }: { name: string }) => name)).toEqual(TOOLS.map(({ name }) => name));
  });

  test("runs a simulation and reads what it left", async () => {
    const { code, result } = await call("run_fmi_simulation", { path: fixture("feedthrough-2.fmu") });
    expect(code).toBe(0);
    expect(result.structuredContent.status).toBe("success");
    const uri = `run://${result.structuredContent.run_id}/series.csv`;
    const read = await inspect("resources/read", "--uri", uri);
    expect(read.result.contents[0].text).toContain("time");
    const { result: listed } = await inspect("resources/list");
    expect(listed.resources).toHaveLength(1);
  });

  test("tells an error of a tool by its exit code", async () => {
    const { code, result } = await call("upload_fmu", { path: "/no/such.fmu" });
    expect(code).toBe(TOOL_ERROR);
    expect(result.isError).toBe(true);
  });

  test("lists resource templates and prompts, and gets one", async () => {
    const { result: templates } = await inspect("resources/templates/list");
    expect(templates.resourceTemplates.length).toBeGreaterThan(3);
    const { result: listed } = await inspect("prompts/list");
    expect(listed.prompts.length).toBeGreaterThan(2);
    const args = ["--prompt-args", "fmu=ball.fmu", "question=how high"];
    const { result } = await inspect("prompts/get", "--prompt-name", "simulate", ...args);
    expect(result.messages[0].content.text).toContain("ball.fmu");
  });
});

function run(home: string, options: string[]): Promise<{ code: number; stdout: string }> {
  const program = join(FOLDER ?? "", "node_modules/.bin/mcp-inspector");
  const env = programEnv(home);
  const settings = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
  const words = ["--cli", process.execPath, MAIN, ...settings, ...options];
  return new Promise((resolve) => {
    execFile(program, words, { env, timeout: 60_000 }, (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout });
    });
  });
}
