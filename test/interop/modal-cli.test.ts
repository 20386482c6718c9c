import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Emulator } from "../../src/emulator/index.ts";
import { app, body, connectSdk, openEmulator, temporaryFolder } from "../emulator/support.ts";

/** Python of a virtual environment that has the `modal` package; unset, nothing here runs. */
const PYTHON = process.env.MODAL_CLI_PYTHON;
const TIMEOUT_MS = 60_000;

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** A real Python against an emulator, cut off from whatever credentials and proxies there are here. */
function runPython(emulator: Emulator, folder: string, ...args: string[]): Promise<Outcome> {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    MODAL_SERVER_URL: emulator.url,
    MODAL_TOKEN_ID: emulator.tokenId,
    MODAL_TOKEN_SECRET: emulator.tokenSecret,
    MODAL_CONFIG_PATH: path.join(folder, "none.toml"),
    MODAL_DISABLE_API_PROXY: "1",
    no_proxy: "127.0.0.1,localhost",
    COLUMNS: "400",
  };
  return new Promise((resolve) => {
    const options = { env, cwd: folder, timeout: TIMEOUT_MS };
    execFile(PYTHON ?? "", args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

const runCli = (emulator: Emulator, folder: string, ...args: string[]): Promise<Outcome> =>
  runPython(emulator, folder, "-m", "modal", ...args);

async function openCli(options: Parameters<typeof openEmulator>[0] = {}) {
  const emulator = await openEmulator(options);
  const folder = await temporaryFolder();
  const modal = (...args: string[]) => runCli(emulator, folder, ...args);
  const ok = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await modal(...args);
    expect({ args, code, stderr: code === 0 ? "" : stdout + stderr }).toEqual({ args, code: 0, stderr: "" });
    return stdout;
  };
  return { emulator, folder, modal, ok };
}

if (PYTHON === undefined) {
  process.stderr.write("Skipped test/interop: MODAL_CLI_PYTHON names no Python that has the modal package\n");
}

describe.skipIf(PYTHON === undefined)("modal CLI", { timeout: 3 * TIMEOUT_MS }, () => {
  beforeAll(() => {
    expect(PYTHON).toBeDefined();
  });

  test.each(["1", "2"])("modal volume, version %s: create, put, ls, get, rm, list", async (version) => {
    const { folder, modal, ok } = await openCli();
    const big = Buffer.alloc(9 * 1024 * 1024, "pattern");
    big.fill(0, big.length - 100_000);
    await mkdir(path.join(folder, "tree", "sub"), { recursive: true });
    await writeFile(path.join(folder, "big.bin"), big);
    await writeFile(path.join(folder, "tree", "a.txt"), "first");
    await writeFile(path.join(folder, "tree", "sub", "empty.txt"), "");
    await ok("volume", "create", "data", `--version=${version}`);
    await ok("volume", "put", "data", "big.bin", "/big.bin");
    await ok("volume", "put", "data", "tree", "/tree");
    expect((await ok("volume", "ls", "data")).trim().split("\n").sort()).toEqual(["big.bin", "tree"]);
    const listed = JSON.parse(await ok("volume", "ls", "data", "/tree", "--json"));
    expect(listed.map((row: { filename: string; type: string }) => [row.filename, row.type]).sort()).toEqual([
      ["tree/a.txt", "file"],
      ["tree/sub", "dir"],
    ]);
    const again = await modal("volume", "put", "data", "big.bin", "/big.bin");
    expect(again.code).not.toBe(0);
    expect(again.stderr + again.stdout).toContain("already exists");
    await ok("volume", "put", "--force", "data", "big.bin", "/big.bin");
    await ok("volume", "get", "data", "/big.bin", "back.bin");
    expect((await readFile(path.join(folder, "back.bin"))).equals(big)).toBe(true);
    await mkdir(path.join(folder, "out"));
    await ok("volume", "get", "data", "/tree", "out");
    expect(await readFile(path.join(folder, "out", "tree", "a.txt"), "utf8")).toBe("first");
    expect(await readFile(path.join(folder, "out", "tree", "sub", "empty.txt"), "utf8")).toBe("");
    await ok("volume", "cp", "data", "/tree/a.txt", "/copied.txt");
    await ok("volume", "rm", "data", "/big.bin");
    await ok("volume", "rm", "-r", "data", "/tree");
    expect((await ok("volume", "ls", "data")).trim()).toBe("copied.txt");
    expect(await ok("volume", "list")).toContain("data");
    await ok("volume", "rename", "--yes", "data", "renamed");
    await ok("volume", "delete", "--yes", "renamed");
    expect(JSON.parse(await ok("volume", "list", "--json"))).toEqual([]);
    expect((await modal("volume", "ls", "renamed")).code).toBe(1);
  });

  test("modal app: list, logs, history, stop", async () => {
    const say = body("say", async ({ log }) => {
      log("stdout", "a line on stdout");
      log("stderr", "a line on stderr");
    });
    const { emulator, ok } = await openCli({ apps: [app([say])] });
    const sdk = connectSdk(emulator);
    await (await sdk.functions.fromName("test-app", "say")).remote();
    const { appId } = await sdk.cpClient.appGetByDeploymentName({ name: "test-app" });
    expect(JSON.parse(await ok("app", "list", "--json"))).toMatchObject([
      { app_id: appId, description: "test-app", state: "deployed" },
    ]);
    for (const name of ["test-app", appId]) {
      const log = await ok("app", "logs", name);
      expect(log).toContain("a line on stdout\n");
      expect(log).toContain("a line on stderr\n");
    }
    expect(await ok("app", "logs", "test-app", "--since", "1h", "--source", "stderr")).not.toContain(
      "stdout",
    );
    expect(await ok("app", "history", "test-app", "--json")).toContain("v1");
    await ok("app", "stop", "--yes", "test-app");
    expect(await ok("app", "logs", "--follow", appId)).toContain("a line on stdout\n");
    expect(JSON.parse(await ok("app", "list", "--json"))).toMatchObject([{ state: "stopped" }]);
  });

  test("Python SDK: calls a function, spawns, and reads its figures", async () => {
    const echo = body("echo", async ({ args, kwargs }) => ({ args, kwargs }));
    const { emulator, folder } = await openCli({ apps: [app([echo])] });
    const script = `
import modal
echo = modal.Function.from_name("test-app", "echo")
print(echo.remote([1.5, None]))
call = echo.spawn(value={"a": 2**60})
print(modal.FunctionCall.from_id(call.object_id).get(timeout=10))
print(echo.get_current_stats().backlog)
`;
    const { code, stdout, stderr } = await runPython(emulator, folder, "-c", script);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.trim().split("\n")).toEqual([
      "{'args': [[1.5, None]], 'kwargs': {}}",
      "{'args': [], 'kwargs': {'value': {'a': 1152921504606846976}}}",
      "0",
    ]);
  });

  test("modal environment list, token info: the one environment and the local workspace", async () => {
    const { ok } = await openCli();
    expect(JSON.parse(await ok("environment", "list", "--json"))).toMatchObject([{ name: "main" }]);
    expect(await ok("token", "info")).toContain("local");
  });

  test("a wrong token: the CLI tells that its validation failed", async () => {
    const { emulator, folder } = await openCli();
    const { code, stderr } = await runCli(
      { ...emulator, tokenSecret: "as-wrongwrong" },
      folder,
      "volume",
      "list",
    );
    expect(code).toBe(1);
    expect(stderr).toContain("Token validation failed");
  });
});
