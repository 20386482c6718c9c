import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeHome } from "../support/home.ts";
import { startToolClient, type ToolClient } from "../support/tool-client.ts";
import { PYTHON, type PythonEndpoint, startPythonEndpoint, TIMEOUT_MS } from "./python-endpoint.ts";

const RUNNERS = fileURLToPath(new URL("../../runners", import.meta.url));
const TOOL = "run_energyplus_simulation";
/** A Python whose pyenergyplus-lbnl lends its example model; the app installs an engine of its own. */
const ENERGYPLUS_PYTHON = process.env.ENERGYPLUS_PYTHON;

describe.skipIf(PYTHON === undefined || ENERGYPLUS_PYTHON === undefined)(
  "the energyplus-runner of this project, deployed",
  { timeout: TIMEOUT_MS },
  () => {
    let endpoint: PythonEndpoint;
    let tools: ToolClient;
    let home: Awaited<ReturnType<typeof makeHome>>;
    let model: string;

    beforeAll(async () => {
      endpoint = await startPythonEndpoint();
      const { code, output } = await endpoint.python(
        ["-m", "modal", "deploy", "-m", "sv_energyplus.modal_app"],
        RUNNERS,
      );
      expect({ code, output }).toMatchObject({ code: 0 });
      home = await makeHome();
      const { url, tokenId, tokenSecret } = endpoint.emulator;
      tools = await startToolClient(home.path, {
        ...{ MODAL_SERVER_URL: url, MODAL_TOKEN_ID: tokenId, MODAL_TOKEN_SECRET: tokenSecret },
      });
      model = await exampleModel();
    }, TIMEOUT_MS);

    afterAll(async () => {
      await tools?.close();
      await home?.remove();
      await endpoint?.close();
    });

    async function exampleModel(): Promise<string> {
      const where = "import pyenergyplus, pathlib; print(pathlib.Path(pyenergyplus.__file__).parent)";
      const { stdout } = await promisify(execFile)(ENERGYPLUS_PYTHON ?? "", ["-c", where]);
      return join(stdout.trim(), "data", "model", "RefBldgSmallOfficeNew2004_Chicago.idf");
    }

    test("simulates design days, keeps the outputs on the volume by simulation, and removes them", async () => {
      let result = await tools.call(TOOL, {
        model_path: model,
        weather: "USA_CA_SF.epw",
        period: "design_day",
      });
      while (result.status === "running") result = await tools.call(TOOL, { run_id: result.run_id });
      expect(result.errors).toEqual([]);
      expect(result).toMatchObject({ status: "success", volume: "energyplus-outputs" });
      expect(result.facts.engine).toContain("25.2.0");
      expect(result.warnings.join()).not.toContain("unknown before the run");
      const list = { volume: "energyplus", path: result.output_folder };
      const { entries } = await tools.call("list_volume", list);
      expect(entries.map(({ path }: { path: string }) => path)).toContain(
        `${result.output_folder}/eplusout.err`,
      );
      const cleaned = await tools.call(TOOL, { run_id: result.run_id, cleanup: true });
      expect(cleaned).toMatchObject({ output_folder: null, metrics: result.metrics });
      const left = await tools.call("list_volume", { volume: "energyplus", recursive: true });
      expect(left.entries.filter(({ type }: { type: string }) => type === "file")).toEqual([]);
    });

    test("writes to the volume it was deployed with, and says how to change that", async () => {
      const error = await tools.fail(TOOL, {
        ...{ model_path: model, weather: "USA_CA_SF.epw", use_test_volume: true },
      });
      expect(error.remedy).toContain("ENERGYPLUS_USE_TEST_VOLUME=1");
    });
  },
);
