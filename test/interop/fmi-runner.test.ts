import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PYTHON, type PythonEndpoint, startPythonEndpoint, TIMEOUT_MS } from "./python-endpoint.ts";

const RUNNERS = fileURLToPath(new URL("../../runners", import.meta.url));
const EXAMPLES = new URL("../../examples/", import.meta.url);

describe.skipIf(PYTHON === undefined)(
  "the fmi-runner of this project, deployed",
  { timeout: TIMEOUT_MS },
  () => {
    let endpoint: PythonEndpoint;
    let checksum: string;

    async function upload(name: string): Promise<string> {
      const bytes = await readFile(new URL(name, EXAMPLES));
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const volume = await endpoint.modal.volumes.ensure("fmi-cache-test");
      await endpoint.modal.volumes.upload(volume, `${sha256}.fmu`, { bytes }, { overwrite: false });
      return sha256;
    }

    beforeAll(async () => {
      endpoint = await startPythonEndpoint();
      const { code, output } = await endpoint.python(
        ["-m", "modal", "deploy", "-m", "sv_fmi.modal_app"],
        RUNNERS,
      );
      expect({ code, output }).toMatchObject({ code: 0 });
      checksum = await upload("feedthrough.fmu");
    }, TIMEOUT_MS);

    afterAll(() => endpoint.close());

    const fmu = () => ({ fmu_storage_key: "feedthrough", fmu_checksum: checksum, use_test_volume: true });

    test("run_fmi_simulation: what goes in comes out", async () => {
      const outcome = await endpoint.call("fmi-runner", "run_fmi_simulation", {
        ...fmu(),
        inputs: { int_in: 5 },
        simulation_config: { start_time: 0, stop_time: 1, step_size: 0.1 },
        output_variables: ["int_out"],
        return_logs: false,
      });
      expect(outcome).toMatchObject({
        state: "success",
        value: { status: "success", outputs: { int_out: 5 }, errors: [] },
      });
    });

    test("probe_fmu: reads an FMU that was uploaded after its container started", async () => {
      expect(await endpoint.call("fmi-runner", "probe_fmu", fmu())).toMatchObject({
        value: { status: "success" },
      });
      const other = await upload("bouncing-ball.fmu");
      const outcome = await endpoint.call("fmi-runner", "probe_fmu", { ...fmu(), fmu_checksum: other });
      expect(outcome).toMatchObject({ value: { status: "success", errors: [] } });
    });
  },
);
