import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ToolError } from "../../src/errors.ts";
import { createOperations } from "../../src/operations.ts";
import { deployRunnerTool } from "../../src/tools/deploy-runner.ts";
import type { Services } from "../../src/tools/services.ts";
import { makeHome } from "../support/home.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { startToolClient } from "../support/tool-client.ts";

async function start(env: Record<string, string> = {}) {
  const home = await makeHome();
  const tools = await startToolClient(home.path, env);
  onTestFinished(async () => {
    await tools.close();
    await home.remove();
  });
  return tools;
}

/** Credentials of an endpoint where nothing listens. */
const NOWHERE = {
  MODAL_TOKEN_ID: "ak-test-token",
  MODAL_TOKEN_SECRET: "as-test-secret",
  MODAL_SERVER_URL: "http://127.0.0.1:9",
};

async function runnersFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "sv_fmi"));
  await writeFile(join(folder, "sv_fmi", "__init__.py"), "");
  await writeFile(join(folder, "sv_fmi", "modal_app.py"), "");
  return folder;
}

async function fakeCli(script: string): Promise<string> {
  const path = join(await temporaryFolder(), "modal-cli");
  const body = `#!/bin/sh\nif [ "$1" = --version ]; then echo "modal client version: 1.5.4"; exit 0; fi\n${script}\n`;
  await writeFile(path, body);
  await chmod(path, 0o755);
  return path;
}

describe("deploy_runner on the embedded endpoint", () => {
  test("publishes the built-in runner as a new version and says so", async () => {
    const tools = await start();
    const before = await tools.call("deploy_runner", { dry_run: true });
    expect(before).toMatchObject({ status: "dry_run", app: "fmi-runner", volumes_created: [] });
    const after = await tools.call("deploy_runner");
    expect(after).toMatchObject({
      status: "deployed",
      answered_by: "built_in",
      live: { version: before.live.version + 1, app_id: before.live.app_id },
      functions: ["probe_fmu", "run_fmi_simulation"],
      volumes_created: ["fmi-cache", "fmi-cache-test"],
    });
    expect(after.notes.join()).toContain("built into this server");
  });

  test("has no EnergyPlus runner to publish", async () => {
    const tools = await start();
    const error = await tools.fail("deploy_runner", { runner: "energyplus" });
    expect(error).toMatchObject({
      code: "failed_precondition",
      remedy: expect.stringContaining("MODAL_RUNNERS_DIR"),
    });
  });

  test("refuses an operation that it does not know", async () => {
    const tools = await start();
    expect((await tools.fail("deploy_runner", { operation_id: "deploy-00000000" })).code).toBe("not_found");
  });
});

describe("deploy_runner that takes longer than a call", () => {
  /** A deploy handed back as running; `end` ends it, `goOn` is the next call. */
  async function handBack(runner: "fmi" | "energyplus") {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const { promise, resolve, reject } = deferred();
    const looked: string[] = [];
    const endpoint = {
      modal: {
        volumes: { ensure: async () => ({ created: false }) },
        apps: {
          async lookUp(app: string) {
            looked.push(app);
            return {};
          },
        },
      },
      deployer: { check: async () => "built_in", deploy: () => promise },
      describe: async () => ({ name: "modal", workspace: "ada", environment: "dev", note: "" }),
    };
    const volumes = { fmi: "a", fmiTest: "b", energyplus: "c", energyplusTest: "d" };
    const operations = createOperations();
    const services = { connect: async () => endpoint, operations, settings: { volumes } };
    const { signal } = new AbortController();
    const redact = (text: string) => text;
    const context = { services: services as unknown as Services, signal, redact, progress: () => {} };
    const call = (args: object) =>
      deployRunnerTool.run(deployRunnerTool.input.parse({ environment: "dev", ...args }), context);
    const calling = call({ runner });
    await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0));
    await vi.advanceTimersByTimeAsync(42_000);
    const first = await calling;
    return { first, looked, resolve, reject, goOn: () => call({ operation_id: first.operation_id }) };
  }

  function deferred() {
    let resolve: (value: object) => void = () => {};
    let reject: (error: Error) => void = () => {};
    const promise = new Promise<object>((settle, fail) => {
      resolve = settle;
      reject = fail;
    });
    return { promise, resolve, reject };
  }

  test("goes on by the operation id alone, on the same runner", async () => {
    const { first, looked, resolve, goOn } = await handBack("energyplus");
    expect(first).toMatchObject({ status: "running", app: "energyplus-runner" });
    expect(first.next_step).toContain(`"${first.operation_id}" and environment "dev"`);
    resolve({ answeredBy: "python", tail: [], notes: [] });
    expect(await goOn()).toMatchObject({ status: "deployed", app: "energyplus-runner" });
    expect(new Set(looked)).toEqual(new Set(["energyplus-runner"]));
  });

  test("a failure while nobody waits is told to whoever asks next", async () => {
    const { reject, goOn } = await handBack("fmi");
    reject(new ToolError("failed_precondition", "The image did not build", "Mend it."));
    await expect(goOn()).rejects.toThrow("The image did not build");
    await expect(goOn()).rejects.toThrow("The image did not build");
  });
});

describe("deploy_runner by the modal CLI", () => {
  test("without a source folder names MODAL_RUNNERS_DIR", async () => {
    const tools = await start(NOWHERE);
    const error = await tools.fail("deploy_runner", { dry_run: true });
    expect(error).toMatchObject({
      code: "failed_precondition",
      remedy: expect.stringContaining("MODAL_RUNNERS_DIR"),
    });
  });

  test("a wrong folder names the file that is missing", async () => {
    const tools = await start({ ...NOWHERE, MODAL_RUNNERS_DIR: await temporaryFolder() });
    const error = await tools.fail("deploy_runner");
    expect(error).toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("modal_app.py"),
    });
  });

  test("a missing CLI names MODAL_CLI", async () => {
    const cli = join(await temporaryFolder(), "no-such-modal");
    const tools = await start({ ...NOWHERE, MODAL_CLI: cli, MODAL_RUNNERS_DIR: await runnersFolder() });
    const error = await tools.fail("deploy_runner");
    expect(error).toMatchObject({
      code: "failed_precondition",
      remedy: expect.stringContaining("MODAL_CLI"),
    });
  });
});

describe("deployWithCli", () => {
  const cases = [
    [
      "a rejected token",
      "echo 'AuthError: Token validation failed' >&2; exit 1",
      "unauthenticated",
      "modal token new",
    ],
    [
      "an import error",
      "echo \"ModuleNotFoundError: No module named 'x'\" >&2; exit 1",
      "failed_precondition",
      "MODAL_RUNNERS_DIR",
    ],
    [
      "a failed image build",
      "echo 'Image build for im-1 failed' >&2; exit 1",
      "failed_precondition",
      "image",
    ],
    [
      "an unreachable server",
      "echo 'Could not connect to the Modal server.' >&2; exit 1",
      "unavailable",
      "MODAL_SERVER_URL",
    ],
    ["anything else", "echo 'weird' >&2; exit 3", "unknown", "deploy_runner"],
  ] as const;

  test.each(cases)("explains %s", async (_name, script, code, remedy) => {
    const { deployWithCli } = await import("../../src/modal/deploy.ts");
    const program = await fakeCli(script);
    const deploying = deployWithCli({
      cli: { program, leading: [], version: "1.5.4" },
      folder: await runnersFolder(),
      module: "sv_fmi.modal_app",
      environment: {
        tokenId: "ak-x",
        tokenSecret: "as-x",
        serverUrl: "http://127.0.0.1:9",
        environment: "",
        inherited: process.env,
      },
      onLine: () => {},
      signal: AbortSignal.timeout(10_000),
    });
    await expect(deploying).rejects.toMatchObject({ code, remedy: expect.stringContaining(remedy) });
  });

  test("tells the CLI everything and leaks nothing else", async () => {
    const { deployWithCli } = await import("../../src/modal/deploy.ts");
    const program = await fakeCli(
      "env; echo 'View Deployment: https://modal.com/apps/me/main/deployed/fmi-runner'",
    );
    const lines: string[] = [];
    const done = await deployWithCli({
      cli: { program, leading: [], version: "1.5.4" },
      folder: await runnersFolder(),
      module: "sv_fmi.modal_app",
      environment: {
        tokenId: "ak-given",
        tokenSecret: "as-given",
        serverUrl: "http://127.0.0.1:9",
        environment: "dev",
        inherited: {
          PATH: process.env.PATH,
          AWS_SECRET_ACCESS_KEY: "planted",
          MODAL_PROFILE: "other",
          FMI_USE_TEST_VOLUME: "1",
        },
      },
      onLine: (line) => lines.push(line),
      signal: AbortSignal.timeout(10_000),
    });
    expect(done.url).toBe("https://modal.com/apps/me/main/deployed/fmi-runner");
    const text = lines.join("\n");
    expect(text).toContain("MODAL_TOKEN_ID=ak-given");
    expect(text).toContain("MODAL_ENVIRONMENT=dev");
    expect(text).toContain("FMI_USE_TEST_VOLUME=1");
    expect(text).not.toContain("planted");
    expect(text).not.toContain("MODAL_PROFILE");
  });
});
