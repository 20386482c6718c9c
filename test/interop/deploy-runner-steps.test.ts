import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { claimDeploy } from "../../src/deployment/deploy-claim.ts";
import { readLastDeploys } from "../../src/deployment/last-outcome.ts";
import { type DeployTools, startDeployTools } from "./deploy-tools.ts";
import { PYTHON, TIMEOUT_MS } from "./python-endpoint.ts";

const RESULT = "sv_fmi/result.py";
const TEST_VOLUME = "fmi-cache-test";

describe.skipIf(PYTHON === undefined)("deploy_runner in steps", { timeout: TIMEOUT_MS }, () => {
  let bench: DeployTools;

  beforeAll(async () => {
    bench = await startDeployTools();
  }, TIMEOUT_MS);
  afterAll(() => bench?.close());

  const messageOf = (steps: { name: string; message: string }[], name: string) =>
    steps.find((step) => step.name === name)?.message;
  const live = async () => (await bench.tools.call("deploy_runner", { dry_run: true })).live;
  const lastDeploy = async () => (await readLastDeploys(join(bench.home, "deploys")))[0];
  const nothingLeft = { apps: ["fmi-runner"], files: [] };

  /** Makes the runner count its calls in a file outside, so that it can behave otherwise from some call on. */
  const counting = (name: string): [string, string, string] => [
    RESULT,
    "def engine() -> str:",
    `def _count():
    path = __import__("pathlib").Path(${JSON.stringify(join(bench.endpoint.folder, name))})
    path.write_text((path.read_text() if path.exists() else "") + "x")
    return len(path.read_text())


def engine() -> str:`,
  ];

  test("the bundled runner: a candidate with known answers, then the real name, and nothing left behind", async () => {
    const result = await bench.deploy({ source: "bundled" });
    expect(result).toMatchObject({ status: "deployed", answered_by: "python", live: { version: 1 } });
    const steps = result.steps.map(
      ({ name, status }: { name: string; status: string }) => `${name} ${status}`,
    );
    expect(steps).toEqual(
      ["volumes", "shared package", "candidate", "verify candidate", "deploy", "verify", "clean up"].map(
        (name) => `${name} ok`,
      ),
    );
    expect(result.live.tag).toMatch(/^src-[0-9a-f]{12}$/);
    expect(messageOf(result.steps, "verify")).toContain(`FMPy 0.3.30), deployed as ${result.live.tag}`);
    expect(await bench.left(TEST_VOLUME)).toEqual(nothingLeft);
    expect(await lastDeploy()).toMatchObject({ state: "success", tag: result.live.tag, environment: "main" });
  });

  test("a dry run tells the version that is live from the new one, and changes nothing", async () => {
    const same = await bench.tools.call("deploy_runner", { dry_run: true, source: "bundled" });
    expect(same).toMatchObject({ planned: { version: 1, tag: same.live.tag } });
    const edit: [string, string, string] = ["sv_contract/versions.py", "0.1.0", "0.1.1"];
    const changed = await bench.withEdits([edit], () => bench.tools.call("deploy_runner", { dry_run: true }));
    expect(changed).toMatchObject({ live: { version: 1 }, planned: { version: 2, commit: null } });
    expect(changed.planned.tag).not.toBe(changed.live.tag);
    expect(changed.planned.deployed_by).toBe(changed.live.deployed_by);
    expect(await live()).toMatchObject({ version: 1 });
  });

  test("a runner with wrong answers never gets the real name, and its candidate is gone", async () => {
    const edit: [string, string, string] = [
      RESULT,
      "outputs=outcome.outputs",
      "outputs={k: 6 for k in outcome.outputs}",
    ];
    const error = await bench.withEdits([edit], () => bench.tools.fail("deploy_runner"));
    expect(error).toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("int_out = 6 instead of 5"),
      remedy: expect.stringContaining("tail_logs"),
    });
    expect(error.detail).toMatch(/candidate: ok, [\d.]+ s; verify candidate: failed, [\d.]+ s; clean up: ok/);
    expect(await live()).toMatchObject({ version: 1 });
    expect(await bench.left(TEST_VOLUME)).toEqual(nothingLeft);
    expect(await lastDeploy()).toMatchObject({ state: "failed", failed_step: "verify candidate" });
  });

  test("a deploy of the same source makes no new version", async () => {
    const result = await bench.deploy({ source: "bundled" });
    expect(result.tail.join()).toContain("no changes detected");
    expect(result.live.version).toBe(1);
  });

  test("an import that fails in the container is told with its error", async () => {
    const edit: [string, string, string] = [
      "sv_fmi/modal_app.py",
      "from sv_fmi.simulate import",
      "from sv_fmi.gone import",
    ];
    const error = await bench.withEdits([edit], () => bench.tools.fail("deploy_runner"));
    expect(error.message).toContain("No module named 'sv_fmi.gone'");
    expect(error.detail).toMatch(/modal_app\.py", line \d+, in run_fmi_simulation/);
    expect(await live()).toMatchObject({ version: 1 });
  });

  test("a package that cannot be installed is a failed image build with its step and last lines", async () => {
    const edit: [string, string, string] = ["sv_contract/versions.py", "cbor2==6.3.0", "cbor2==99.0.0"];
    const error = await bench.withEdits([edit], () => bench.tools.fail("deploy_runner"));
    expect(error).toMatchObject({
      code: "failed_precondition",
      message: expect.stringMatching(/the image build failed \(at step ".*pip install.*cbor2==99\.0\.0/),
    });
    expect(error.detail).toContain("No matching distribution found for cbor2==99.0.0");
    expect(await lastDeploy()).toMatchObject({ failed_step: "candidate", code: "failed_precondition" });
  });

  test("a runner that answers wrongly under its real name only is rolled back", async () => {
    const edits: [string, string, string][] = [
      counting("wrong"),
      [RESULT, "outputs=outcome.outputs", "outputs=outcome.outputs if _count() <= 2 else {'int_out': 7}"],
    ];
    const error = await bench.withEdits(edits, () => bench.tools.fail("deploy_runner"));
    expect(error.message).toContain("Cannot verify fmi-runner: feedthrough-fmi2.fmu");
    expect(error.message).toContain("the version before is live again");
    expect(error.detail).toMatch(/deploy: ok, [\d.]+ s; verify: failed, [\d.]+ s; rollback: ok, [\d.]+ s/);
    expect(await live()).toMatchObject({ version: 3 });
    expect(await bench.left(TEST_VOLUME)).toEqual(nothingLeft);
    expect(await lastDeploy()).toMatchObject({ state: "failed", failed_step: "verify", rolled_back: true });
  });

  test("waits while containers of the version before still answer", async () => {
    const edits: [string, string, string][] = [
      counting("older"),
      [RESULT, "deploy_tag=deploy_tag()", "deploy_tag='src-before' if 2 < _count() <= 4 else deploy_tag()"],
    ];
    const result = await bench.withEdits(edits, () => bench.deploy({}));
    expect(messageOf(result.steps, "verify")).toContain(`deployed as ${result.live.tag}`);
    expect(await readFile(join(bench.endpoint.folder, "older"), "utf8")).toBe("x".repeat(6));
  });

  test("an app that somebody else deployed is replaced only when that is said, and comes back without a source", async () => {
    const edit: [string, string, string] = [
      "sv_fmi/modal_app.py",
      ', tags={"runner_version": versions.RUNNER_VERSION}',
      "",
    ];
    await bench.withEdits([edit], () =>
      bench.endpoint.python(["-m", "modal", "deploy", "-m", "sv_fmi.modal_app"], bench.folder),
    );
    const { version } = await live();
    const error = await bench.tools.fail("deploy_runner", { source: "bundled" });
    expect(error).toMatchObject({ code: "failed_precondition", remedy: expect.stringContaining("replace") });
    const replaced = await bench.deploy({ source: "bundled", replace: true });
    expect(replaced).toMatchObject({ status: "deployed", live: { version: version + 1 } });
    const tools = await bench.another({ MODAL_RUNNERS_DIR: undefined });
    const back = await bench.deploy({ rollback: true }, tools);
    expect(back).toMatchObject({ status: "rolled_back", live: { version: version + 2 } });
  });

  test("a deploy that another process has begun is reported", async () => {
    const url = bench.endpoint.modal.url;
    const target = { app: "fmi-runner", environment: "main", url };
    const claim = await claimDeploy(join(bench.home, "deploys"), target);
    expect(claim.tookOver).toBe(false);
    const error = await bench.tools.fail("deploy_runner");
    await claim.release();
    expect(error).toMatchObject({ code: "aborted", message: expect.stringContaining("in progress, since") });
  });

  test("a candidate that somebody has just deployed is reported as a deploy in progress", async () => {
    const name = "fmi-runner-candidate";
    const args = ["-m", "modal", "deploy", "--name", name, "-m", "sv_fmi.modal_app"];
    await bench.endpoint.python(args, bench.folder);
    const error = await bench.tools.fail("deploy_runner");
    expect(error).toMatchObject({ code: "aborted", message: expect.stringContaining(`deployed ${name} at`) });
    const { appId = "" } = await bench.endpoint.modal.apps.lookUp(name);
    expect(appId).not.toBe("");
    await bench.endpoint.modal.apps.stop(appId);
  });
});
