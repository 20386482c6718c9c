import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ToolError } from "../../src/errors.ts";
import { createOperations } from "../../src/operations.ts";
import { deployRunnerTool } from "../../src/tools/deploy-runner.ts";
import type { Services } from "../../src/tools/services.ts";
import { startTestEndpoint } from "../support/emulator.ts";
import { fakeCli, runnersFolder } from "../support/fake-cli.ts";
import { makeHome } from "../support/home.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { startToolClient } from "../support/tool-client.ts";

async function start(env: Record<string, string> = {}) {
  const home = await makeHome();
  const agree = () => ({ action: "accept" as const, content: { proceed: true } });
  const tools = await startToolClient(home.path, env, undefined, agree);
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

  test("has no EnergyPlus runner to publish, and deploys one only with the CLI", async () => {
    const tools = await start({ MODAL_CLI: join(await temporaryFolder(), "no-such-modal") });
    const error = await tools.fail("deploy_runner", { runner: "energyplus" });
    expect(error).toMatchObject({
      code: "failed_precondition",
      remedy: expect.stringContaining("MODAL_CLI"),
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
    const deploysFolder = await temporaryFolder();
    const services = { connect: async () => endpoint, operations, settings: { volumes, deploysFolder } };
    const { signal } = new AbortController();
    const redact = (text: string) => text;
    const nothing = () => {};
    const context = {
      services: services as unknown as Services,
      signal,
      redact,
      progress: nothing,
      attach: nothing,
    };
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
    expect(first).toMatchObject({ status: "running", app: "energyplus-runner", tail: ["deploy"] });
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

  test("rolling back needs the CLI, and no source", async () => {
    const cli = join(await temporaryFolder(), "no-such-modal");
    const tools = await start({ MODAL_CLI: cli });
    const first = await tools.fail("deploy_runner", { rollback: true });
    expect(first.message).toContain("there is no version before the live one");
    await tools.call("deploy_runner");
    const error = await tools.fail("deploy_runner", { rollback: true });
    expect(error).toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("Cannot roll back fmi-runner"),
      remedy: expect.stringContaining("MODAL_CLI"),
    });
  });

  test("refuses versions of the shared package that differ between runner, control plane and live app", async () => {
    const endpoint = await startTestEndpoint();
    onTestFinished(() => endpoint.close());
    const [runner, plane] = [await runnersFolder(), await temporaryFolder()];
    const env = {
      ...{ MODAL_SERVER_URL: endpoint.url, MODAL_TOKEN_ID: endpoint.tokenId },
      ...{ MODAL_TOKEN_SECRET: endpoint.tokenSecret, MODAL_RUNNERS_DIR: runner },
      MODAL_CLI: await fakeCli("exit 1"),
    };
    await writeFile(join(runner, "requirements.txt"), "vb_shared==1.0.0\n");
    await writeFile(join(plane, "uv.lock"), '[[package]]\nname = "vb-shared"\nversion = "1.1.0"\n');
    const differing = await (await start({ ...env, CONTROL_PLANE_DIR: plane })).fail("deploy_runner");
    expect(differing.message).toContain("the shared package has several versions: runner vb_shared 1.0.0");
    expect(differing.message).toContain("control plane vb_shared 1.1.0");
    const { appId } = await endpoint.controlPlane.appCreate({
      ...{ description: "fmi-runner", environmentName: "main", appState: 6, tags: {} },
    });
    const deploymentTag = "vb_shared-0.9.0_src-0123456789ab";
    const live = { appId, name: "fmi-runner", deploymentTag, appState: 3 };
    await endpoint.controlPlane.appPublish(live as never);
    const error = await (await start(env)).fail("deploy_runner");
    expect(error.message).toContain("the runner has vb_shared 1.0.0");
    expect(error.message).toContain("the live app has 0.9.0");
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
