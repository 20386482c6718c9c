import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FunctionBodyCall } from "../../src/emulator/function-body.ts";
import { type Emulator, startEmulator } from "../../src/emulator/index.ts";
import { cleanupArguments, energyPlusArguments } from "../../src/runner/energyplus-contract.ts";
import { testFunction } from "../support/emulator.ts";
import { makeHome } from "../support/home.ts";
import { startToolClient, type ToolClient } from "../support/tool-client.ts";

/** A Python that has pyenergyplus-lbnl, modal and pydantic; unset, nothing here runs. */
const PYTHON = process.env.ENERGYPLUS_PYTHON;
const RUNNERS = fileURLToPath(new URL("../../runners", import.meta.url));
const TOOL = "run_energyplus_simulation";
const CHICAGO = "USA_IL_Chicago-OHare.Intl.AP.725300_TMY3.epw";
const MODEL = "RefBldgSmallOfficeNew2004_Chicago";
const YEAR_MS = 240_000;

/** Answers one call by the Python app's own body, with its outputs below MODAL_FMI_MOUNT_ROOT; bytes travel as base64. */
const SCRIPT = `
import base64, json, sys
from sv_energyplus import outputs, simulate
from sv_energyplus.output_volume import choose_volume
def decode(value):
    return base64.b64decode(value["$bytes"]) if set(value) == {"$bytes"} else value
body = {"run_energyplus_simulation": simulate.answer, "cleanup_simulation_outputs": outputs.clean_up}[sys.argv[1]]
keywords = json.load(sys.stdin, object_hook=decode)
print(json.dumps(body(keywords, choose_volume(), lambda: None, lambda: None)))
`;

async function runPython(
  args: readonly string[],
  input = "",
  env: Record<string, string> = {},
): Promise<string> {
  const child = spawn(PYTHON ?? "", args, { env: { ...process.env, PYTHONPATH: RUNNERS, ...env } });
  child.stdin.end(input);
  const ended = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

const encode = (_: string, value: unknown) =>
  value instanceof Uint8Array ? { $bytes: Buffer.from(value).toString("base64") } : value;

describe.skipIf(PYTHON === undefined)("EnergyPlus itself, through the runner's own body", () => {
  let emulator: Emulator;
  let tools: ToolClient;
  let homes: Awaited<ReturnType<typeof makeHome>>[];
  let data: string;

  beforeAll(async () => {
    const [server, client] = [await makeHome(), await makeHome()];
    homes = [server, client];
    const where = "import pyenergyplus, pathlib; print(pathlib.Path(pyenergyplus.__file__).parent / 'data')";
    data = (await runPython(["-c", where])).trim();
    const answer = async (name: string, { kwargs }: FunctionBodyCall) =>
      JSON.parse(
        await runPython(["-c", SCRIPT, name], JSON.stringify(kwargs, encode), {
          MODAL_FMI_MOUNT_ROOT: server.path,
        }),
      );
    const functions = [
      testFunction(TOOL, Object.keys(energyPlusArguments.shape), (call) => answer(TOOL, call), 600),
      testFunction("cleanup_simulation_outputs", Object.keys(cleanupArguments.shape), (call) =>
        answer("cleanup_simulation_outputs", call),
      ),
    ];
    const app = { name: "energyplus-runner", version: "1", maxContainers: 2, mounts: {}, functions };
    emulator = await startEmulator({ stateDir: server.path, apps: [app] });
    tools = await startToolClient(client.path, {
      MODAL_SERVER_URL: emulator.url,
      MODAL_TOKEN_ID: emulator.tokenId,
      MODAL_TOKEN_SECRET: emulator.tokenSecret,
    });
  });
  afterAll(async () => {
    await tools?.close();
    await emulator?.close();
    await Promise.all((homes ?? []).map((home) => home.remove()));
  });

  const office = () => join(data, "model", `${MODEL}.idf`);

  test("simulates the design days of a model that EnergyPlus ships, with a weather file sent along", async () => {
    const result = await tools.call(TOOL, {
      ...{ model_path: office(), weather: join(data, "weather", CHICAGO), period: "design_day" },
    });
    expect(result.errors).toEqual([]);
    expect(result).toMatchObject({
      status: "success",
      metrics: { total_area_m2: 511.16, site_electricity_kwh: null },
    });
    expect(result.facts).toMatchObject({ model_version: "25.2", invocation_mode: "python_api" });
    expect(result.facts.weather_place).toContain("Chicago");
    expect(result.message_counts).toMatchObject({ severe: 0, fatal: 0 });
  });

  test(
    "simulates a year with the runner's own weather, and removes the outputs",
    async () => {
      let result = await tools.call(TOOL, {
        ...{ model_path: office(), weather: CHICAGO, period: "annual", cleanup: true },
      });
      while (result.status === "running") result = await tools.call(TOOL, { run_id: result.run_id });
      expect(result).toMatchObject({ status: "success", eui_reason: null, output_folder: null });
      const { metrics } = result;
      const site = metrics.site_electricity_kwh + metrics.site_natural_gas_kwh;
      expect(metrics.eui_conditioned_kwh_m2_a).toBeCloseTo(site / metrics.simulated_conditioned_area_m2, 6);
      expect(metrics.eui_conditioned_kwh_m2_a).toBeGreaterThan(120);
      expect(metrics.eui_conditioned_kwh_m2_a).toBeLessThan(220);
    },
    YEAR_MS,
  );

  test("simulates epJSON as it does the IDF that it was converted from", async () => {
    const folder = homes[1]?.path ?? "";
    const convert = "import sys; from sv_energyplus.python_api import main; sys.exit(main(sys.argv[1:]))";
    await runPython(["-c", convert, "--convert-only", "--output-directory", folder, office()]);
    const period = { weather: CHICAGO, period: "design_day" };
    const [idf, epJson] = [
      await tools.call(TOOL, { model_path: office(), ...period }),
      await tools.call(TOOL, { model_path: join(folder, `${MODEL}.epJSON`), ...period }),
    ];
    expect(epJson).toMatchObject({
      status: "success",
      metrics: idf.metrics,
      message_counts: idf.message_counts,
    });
    expect(epJson.facts).toMatchObject({ model_format: "epjson", model_version: "25.2" });
  });

  test("a weather file that the runner has not is told with those it has", async () => {
    const result = await tools.call(TOOL, {
      model_path: office(),
      weather: "nowhere.epw",
      period: "design_day",
    });
    expect(result).toMatchObject({ status: "error", errors: [{ code: "not_found" }] });
    expect(result.errors[0].message).toContain(CHICAGO);
  });
});
