import { cp, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeHome } from "../support/home.ts";
import { startToolClient, type ToolClient } from "../support/tool-client.ts";
import { PYTHON, type PythonEndpoint, startPythonEndpoint, TIMEOUT_MS } from "./python-endpoint.ts";

const RUNNERS = fileURLToPath(new URL("../../runners", import.meta.url));

describe.skipIf(PYTHON === undefined)("deploy_runner in steps", { timeout: TIMEOUT_MS }, () => {
  let endpoint: PythonEndpoint;
  let home: Awaited<ReturnType<typeof makeHome>>;
  let tools: ToolClient;
  let folder: string;

  beforeAll(async () => {
    endpoint = await startPythonEndpoint();
    home = await makeHome();
    folder = join(endpoint.folder, "runners");
    await cp(RUNNERS, folder, { recursive: true });
    tools = await startToolClient(home.path, {
      MODAL_SERVER_URL: endpoint.emulator.url,
      MODAL_TOKEN_ID: endpoint.emulator.tokenId,
      MODAL_TOKEN_SECRET: endpoint.emulator.tokenSecret,
      MODAL_CLI: join(dirname(PYTHON ?? ""), "modal"),
      MODAL_RUNNERS_DIR: folder,
    });
  }, TIMEOUT_MS);
  afterAll(async () => {
    await tools.close();
    await home.remove();
    await endpoint.close();
  });

  /** Goes on with the operation until it has ended. */
  async function deploy(args: Record<string, unknown>) {
    let result = await tools.call("deploy_runner", args);
    while (result.status === "running")
      result = await tools.call("deploy_runner", { operation_id: result.operation_id });
    return result;
  }

  async function edit(file: string, from: string, to: string): Promise<void> {
    const path = join(folder, file);
    const text = await readFile(path, "utf8");
    expect(text).toContain(from);
    await writeFile(path, text.replace(from, to));
  }

  test("the bundled runner: a candidate with known answers, then the real name", async () => {
    const result = await deploy({ source: "bundled" });
    expect(result).toMatchObject({ status: "deployed", answered_by: "python", live: { version: 1 } });
    const steps = result.steps.map(({ name, status }: { name: string; status: string }) => [name, status]);
    expect(steps).toEqual(
      ["volumes", "shared package", "candidate", "verify candidate", "deploy", "verify"].map((name) => [
        name,
        "ok",
      ]),
    );
    expect(result.steps.at(-1).message).toContain("FMPy");
  });

  test("a runner with wrong answers never gets the real name", async () => {
    await edit("sv_fmi/result.py", "outputs=outcome.outputs", "outputs={k: 6 for k in outcome.outputs}");
    const error = await tools.fail("deploy_runner", {});
    await edit("sv_fmi/result.py", "outputs={k: 6 for k in outcome.outputs}", "outputs=outcome.outputs");
    expect(error).toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("int_out = 6 instead of 5"),
      remedy: expect.stringContaining("tail_logs"),
    });
    expect((await tools.call("deploy_runner", { dry_run: true })).live.version).toBe(1);
  });

  test("a package that cannot be installed is a failed image build with its last lines", async () => {
    await edit("sv_contract/versions.py", "cbor2==6.3.0", "cbor2==99.0.0");
    const error = await tools.fail("deploy_runner", {});
    await edit("sv_contract/versions.py", "cbor2==99.0.0", "cbor2==6.3.0");
    expect(error).toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("the image build failed"),
    });
    expect(error.detail).toContain("cbor2==99.0.0");
  });

  test("an app that somebody else deployed is not replaced unasked", async () => {
    await edit("sv_fmi/modal_app.py", ', tags={"runner_version": versions.RUNNER_VERSION}', "");
    await endpoint.python(["-m", "modal", "deploy", "-m", "sv_fmi.modal_app"], folder);
    const error = await tools.fail("deploy_runner", { source: "bundled" });
    expect(error).toMatchObject({ code: "failed_precondition", remedy: expect.stringContaining("replace") });
    const back = await deploy({ rollback: true });
    expect(back).toMatchObject({ status: "rolled_back", live: { version: 3 } });
  });
});
