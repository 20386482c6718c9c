import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { initialize, MAIN, programEnv, startRaw } from "../support/built-program.ts";
import { makeHome } from "../support/home.ts";
import { fixture } from "../support/tool-client.ts";

/** Starts `modal-fmi-mcp emulator`; resolves with the settings it prints and a way to end it. */
async function startEmulatorCommand(home: string, args: readonly string[] = []) {
  const child = spawn(process.execPath, [MAIN, "emulator", ...args], {
    env: programEnv(home),
    stdio: ["pipe", "pipe", "ignore"],
  });
  const settings: Record<string, string> = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name = "", value = ""] = /^export (\w+)=(.*)$/.exec(line) ?? [];
    settings[name] = value;
    if (name === "MODAL_DISABLE_API_PROXY") break;
  }
  const end = async () => {
    const exited = once(child, "exit");
    child.stdin.end();
    return (await exited)[0];
  };
  return { settings, end };
}

test("modal-fmi-mcp emulator serves an endpoint that a server with its credentials uses as Modal", async () => {
  const [there, here] = [await makeHome(), await makeHome()];
  onTestFinished(async () => {
    await there.remove();
    await here.remove();
  });
  const emulator = await startEmulatorCommand(there.path);
  const { MODAL_SERVER_URL = "", MODAL_TOKEN_ID = "", MODAL_TOKEN_SECRET = "" } = emulator.settings;
  const program = startRaw(programEnv(here.path, { MODAL_SERVER_URL, MODAL_TOKEN_ID, MODAL_TOKEN_SECRET }));
  await initialize(program);
  const args = { path: fixture("feedthrough-3.fmu"), inputs: { int_in: 5 } };
  const { result } = await program.request("tools/call", { name: "run_fmi_simulation", arguments: args });
  expect(result.structuredContent).toMatchObject({ status: "success", endpoint: { name: "modal" } });
  expect(result.structuredContent.outputs.int_out).toBe(5);
  const seen = [...program.stdout, ...program.stderr].join("\n");
  expect(seen).not.toContain(MODAL_TOKEN_SECRET);
  await program.end();
  expect(await emulator.end()).toBe(0);
});

test("modal-fmi-mcp emulator --fault begins with a fault, which diagnose finds", async () => {
  const [there, here] = [await makeHome(), await makeHome()];
  onTestFinished(async () => {
    await there.remove();
    await here.remove();
  });
  const emulator = await startEmulatorCommand(there.path, ["--fault", "app_stopped"]);
  const { MODAL_SERVER_URL = "", MODAL_TOKEN_ID = "", MODAL_TOKEN_SECRET = "" } = emulator.settings;
  const program = startRaw(programEnv(here.path, { MODAL_SERVER_URL, MODAL_TOKEN_ID, MODAL_TOKEN_SECRET }));
  await initialize(program);
  const { result } = await program.request("tools/call", { name: "diagnose", arguments: {} });
  expect(result.structuredContent.likely_cause).toMatchObject({ code: "app_stopped" });
  await program.end();
  expect(await emulator.end()).toBe(0);
});

test.each([
  [["--version"], /^\d+\.\d+\.\d+\n$/, 0],
  [["--help"], /modal-fmi-mcp emulator/, 0],
  [["frobnicate"], /^$/, 1],
  [["emulator", "--fault", "gremlins"], /^$/, 1],
])("modal-fmi-mcp %j", async (args, output, code) => {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, [exit]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  expect(stdout).toMatch(output);
  expect(exit).toBe(code);
  expect(stderr.split("\n")).toHaveLength(code === 0 ? 1 : 2);
});

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = "";
  for await (const chunk of stream) all += chunk;
  return all;
}
