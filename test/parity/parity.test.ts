import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TIMEOUT_MS } from "../support/python-endpoint.ts";
import { describeAgreement } from "./agreement.ts";
import { findEndpoints, type ParityEndpoint } from "./endpoints.ts";

const PASS_THROUGH = fileURLToPath(new URL("../../examples/feedthrough.fmu", import.meta.url));

const candidates = await findEndpoints();
for (const { name, missing } of candidates) {
  if (missing !== undefined) process.stderr.write(`Skipped parity on ${name}: ${missing}\n`);
}

describe.each(candidates)("parity on $name", { timeout: TIMEOUT_MS }, ({ missing, shared, open }) => {
  let endpoint: ParityEndpoint;
  let checksum: string;
  /** What the suite brought to the endpoint and takes away again. */
  let uploaded = false;

  beforeAll(async () => {
    if (missing === undefined) endpoint = await open();
  }, TIMEOUT_MS);
  afterAll(async () => {
    await endpoint?.close();
  });

  const testIt = test.skipIf(missing !== undefined);

  testIt("upload_fmu: the pass-through FMU is on the test volume under its checksum", async () => {
    const result = await endpoint.tools.call("upload_fmu", { path: PASS_THROUGH, use_test_volume: true });
    checksum = result.fmu_checksum;
    uploaded = result.uploaded;
    expect(result).toMatchObject({ remote_path: `/${checksum}.fmu`, use_test_volume: true });
    expect(result.container_path).toBe(`/fmus-test/${checksum}.fmu`);
    const again = await endpoint.tools.call("upload_fmu", { path: PASS_THROUGH, use_test_volume: true });
    expect(again).toMatchObject({ fmu_checksum: checksum, uploaded: false });
  });

  testIt("deploy_runner: the bundled runner is live", async ({ skip }) => {
    const { modal, tools } = endpoint;
    const { appId } = await modal.apps.lookUp("fmi-runner");
    const foreign = appId !== undefined && !("runner_version" in (await modal.apps.tags(appId)));
    // Somebody's own runner is tested as it is.
    skip(shared && foreign, "a runner of somebody's own is live as fmi-runner: it is not replaced");
    let result = await tools.call("deploy_runner", { source: "bundled" });
    while (result.status === "running")
      result = await tools.call("deploy_runner", { operation_id: result.operation_id });
    expect(result).toMatchObject({ status: "deployed", answered_by: "python" });
    expect(result.functions).toEqual(["probe_fmu", "run_fmi_simulation"]);
  });

  testIt("probe_fmu: tells the FMU's variables", async () => {
    const { modal } = endpoint;
    const probe = await modal.functions.get("fmi-runner", "probe_fmu");
    const kwargs = { fmu_storage_key: PASS_THROUGH, fmu_checksum: checksum, use_test_volume: true };
    const outcome = await modal.calls.wait(await modal.calls.spawn(probe, kwargs), 120_000);
    expect(outcome).toMatchObject({ state: "success", value: { status: "success", errors: [] } });
    const { variables } = (outcome as { value: { variables: { name: string; causality: string }[] } }).value;
    expect(variables).toContainEqual(expect.objectContaining({ name: "int_out", causality: "output" }));
  });

  testIt(
    "run_fmi_simulation: int_in = 5 comes out as int_out = 5, and tail_logs has the run's lines",
    async () => {
      const { tools } = endpoint;
      const args = { inputs: { int_in: 5 }, stop_time: 1, step_size: 0.1, output_variables: ["int_out"] };
      let run = await tools.call("run_fmi_simulation", {
        ...args,
        fmu_checksum: checksum,
        use_test_volume: true,
        new_run: true,
      });
      while (run.status === "running") run = await tools.call("run_fmi_simulation", { run_id: run.run_id });
      expect(run).toMatchObject({ status: "success", outputs: { int_out: 5 }, errors: [] });
      const text = async () => (await tools.call("tail_logs", { run_id: run.run_id })).lines.join("\n");
      await expect.poll(text, { timeout: 60_000, interval: 1000 }).toContain("run_fmi_simulation");
    },
  );

  if (missing === undefined && !shared) describeAgreement(() => endpoint.tools);

  testIt("what the suite uploaded is removed again", async () => {
    const { modal, tools } = endpoint;
    const volume = await modal.volumes.get("fmi-cache-test");
    const brought = uploaded ? [`${checksum}.fmu`, `.modal-fmi/${checksum}.json`] : [];
    for (const path of brought) await modal.volumes.remove(volume, path, { recursive: false });
    const { entries } = await tools.call("list_volume", { volume: "fmi-cache-test", search: checksum });
    const there = entries.some(({ path }: { path: string }) => path === `/${checksum}.fmu`);
    expect(there).toBe(!uploaded);
  });
});
