import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DeployTools, startDeployTools } from "./deploy-tools.ts";
import { PYTHON, TIMEOUT_MS } from "./python-endpoint.ts";

/** Writes wheels of an empty package, as an index would have them. */
const WHEELS = `
import sys, zipfile
for version in sys.argv[2:]:
    info = f"vb_shared-{version}.dist-info"
    with zipfile.ZipFile(f"{sys.argv[1]}/vb_shared-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("vb_shared/__init__.py", "")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: vb-shared\\nVersion: {version}\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
`;

describe.skipIf(PYTHON === undefined)("deploy_runner and the shared package", { timeout: TIMEOUT_MS }, () => {
  let bench: DeployTools;
  let plane: string;
  let wheels: string;

  beforeAll(async () => {
    bench = await startDeployTools();
    plane = join(bench.endpoint.folder, "plane");
    wheels = join(bench.endpoint.folder, "wheels");
    await Promise.all([mkdir(plane), mkdir(wheels)]);
    const made = await bench.endpoint.python(["-c", WHEELS, wheels, "1.0.0", "1.1.0"]);
    expect(made).toEqual({ code: 0, output: "" });
  }, TIMEOUT_MS);
  afterAll(() => bench?.close());

  const requirements = () => join(bench.folder, "requirements.txt");
  const lock = (version: string) => `[[package]]\nname = "vb-shared"\nversion = "${version}"\n`;
  const messageOf = (steps: { name: string; message: string }[], name: string) =>
    steps.find((step) => step.name === name)?.message;

  test("a runner and a control plane of two versions are refused, naming both files", async () => {
    await writeFile(requirements(), "vb_shared==1.0.0\n");
    await writeFile(join(plane, "uv.lock"), lock("1.1.0"));
    const error = await (await bench.another({ CONTROL_PLANE_DIR: plane })).fail("deploy_runner");
    expect(error).toMatchObject({ code: "failed_precondition" });
    expect(error.message).toContain(`runner vb_shared 1.0.0 in "${requirements()}"`);
    expect(error.message).toContain(`control plane vb_shared 1.1.0 in "${join(plane, "uv.lock")}"`);
    expect((await bench.endpoint.modal.apps.lookUp("fmi-runner")).appId).toBeUndefined();
  });

  test("update_shared brings the runner to the newest version that pip finds, and the deployment's tag tells it", async () => {
    const env = { CONTROL_PLANE_DIR: plane, PIP_NO_INDEX: "1", PIP_FIND_LINKS: wheels };
    const tools = await bench.another(env);
    const result = await bench.deploy({ update_shared: true }, tools);
    expect(messageOf(result.steps, "update shared package")).toBe("Upgraded vb_shared in requirements.txt.");
    expect(messageOf(result.steps, "shared package")).toBe("vb_shared 1.1.0");
    expect(await readFile(requirements(), "utf8")).toBe("vb_shared==1.1.0\n");
    expect(result.live.tag).toMatch(/^vb_shared-1\.1\.0_src-[0-9a-f]{12}$/);
  });

  test("a live app of another version is no hindrance where the control plane has the new one, and else is one", async () => {
    await writeFile(requirements(), "vb_shared==1.2.0\n");
    const error = await bench.tools.fail("deploy_runner");
    expect(error.message).toContain("the runner has vb_shared 1.2.0");
    expect(error.message).toContain("the live app has 1.1.0");
    expect(error.remedy).toContain("CONTROL_PLANE_DIR");
    await writeFile(join(plane, "uv.lock"), lock("1.2.0"));
    const result = await bench.deploy({}, await bench.another({ CONTROL_PLANE_DIR: plane }));
    expect(messageOf(result.steps, "shared package")).toBe("vb_shared 1.2.0; the live app has 1.1.0");
    expect(result.live.tag).toContain("vb_shared-1.2.0_");
  });

  test("an upgrade that fails is told with pip's last lines", async () => {
    const env = { PIP_NO_INDEX: "1", PIP_FIND_LINKS: join(wheels, "none") };
    const error = await (await bench.another(env)).fail("deploy_runner", { update_shared: true });
    expect(error.message).toContain("Cannot upgrade the shared package");
    expect(error.detail).toContain("No matching distribution found for vb_shared");
    await rm(requirements());
  });

  test("a token that the CLI is refused with is told", async () => {
    const { deployWithCli } = await import("../../src/modal/deploy.ts");
    const { url, tokenId } = bench.endpoint.emulator;
    const environment = { tokenId, tokenSecret: "as-wrongwrongwrongwrongwr", serverUrl: url };
    const deploying = deployWithCli({
      cli: { program: join(dirname(PYTHON ?? ""), "modal"), leading: [], version: "1.5.4" },
      ...{ folder: bench.folder, module: "sv_fmi.modal_app", onLine: () => {} },
      environment: { ...environment, environment: "main", inherited: process.env },
      signal: AbortSignal.timeout(60_000),
    });
    await expect(deploying).rejects.toMatchObject({
      code: "unauthenticated",
      message: expect.stringContaining("Modal rejected the token"),
      remedy: expect.stringContaining("modal token new"),
    });
  });
});
