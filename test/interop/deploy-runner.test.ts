import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestEndpoint, type TestEndpoint } from "../support/emulator.ts";
import { makeHome } from "../support/home.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { startToolClient } from "../support/tool-client.ts";

const python = process.env.MODAL_CLI_PYTHON;
if (!python)
  process.stderr.write(
    "Skipped: deploy_runner with the real modal CLI, as MODAL_CLI_PYTHON names no Python\n",
  );

/** A runner's folder whose module is the given Python source. */
async function runnersFolder(source: string): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "sv_fmi"));
  await writeFile(join(folder, "sv_fmi", "__init__.py"), "");
  await writeFile(join(folder, "sv_fmi", "modal_app.py"), source);
  return folder;
}

describe.skipIf(!python)("deploy_runner with the real modal CLI", () => {
  let endpoint: TestEndpoint;
  let home: Awaited<ReturnType<typeof makeHome>>;

  beforeAll(async () => {
    endpoint = await startTestEndpoint();
    home = await makeHome();
  });
  afterAll(async () => {
    await endpoint.close();
    await home.remove();
  });

  async function deploy(source: string, tokenSecret: string, args: Record<string, unknown> = {}) {
    const env = {
      MODAL_SERVER_URL: endpoint.url,
      MODAL_TOKEN_ID: endpoint.tokenId,
      MODAL_TOKEN_SECRET: tokenSecret,
      MODAL_CLI: join(dirname(python ?? ""), "modal"),
      MODAL_RUNNERS_DIR: await runnersFolder(source),
    };
    const agree = () => ({ action: "accept" as const, content: { proceed: true } });
    const tools = await startToolClient(home.path, env, undefined, agree);
    try {
      return args.dry_run ? await tools.call("deploy_runner", args) : await tools.fail("deploy_runner", args);
    } finally {
      await tools.close();
    }
  }

  test("dry_run names the command and the CLI's version, and changes nothing", async () => {
    const result = await deploy("", endpoint.tokenSecret, { dry_run: true });
    expect(result).toMatchObject({
      status: "dry_run",
      command: "modal deploy -m sv_fmi.modal_app",
      live: { app_id: null },
    });
    expect(result.notes.join()).toContain("1.5.4");
    expect(await endpoint.modal.volumes.list()).toEqual([]);
  });

  test("an import error in the module is told with its last lines", async () => {
    const error = await deploy("import no_such_package_of_ours\n", endpoint.tokenSecret);
    expect(error).toMatchObject({
      code: "failed_precondition",
      message: expect.stringMatching(
        /could not import.*modal_app\.py.*ModuleNotFoundError: No module named .no_such_package_of_ours/s,
      ),
    });
    expect(error.detail).toContain("no_such_package_of_ours");
  });

  test("a rejected token is told before the CLI is asked", async () => {
    const error = await deploy("", "as-wrongwrongwrongwrongwr");
    expect(error).toMatchObject({
      code: "unauthenticated",
      remedy: expect.stringContaining("modal token new"),
    });
  });
});
