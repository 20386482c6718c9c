import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FunctionBody } from "../../src/emulator/function-body.ts";
import { type Emulator, startEmulator } from "../../src/emulator/index.ts";
import { OLD_RUN_ARGUMENTS } from "../../src/runner/contract.ts";
import { makeHome } from "../support/home.ts";
import { fixture, startToolClient, type ToolClient } from "../support/tool-client.ts";

/** A runner of the old contract: eight arguments, three members back, as one deployed years ago answers. */
function oldRunner(calls: Record<string, unknown>[]): FunctionBody {
  return {
    name: "run_fmi_simulation",
    parameters: OLD_RUN_ARGUMENTS.map((name) => ({ name, type: "any", hasDefault: false })),
    timeoutSeconds: 60,
    run: async ({ kwargs }) => {
      calls.push(kwargs);
      const { int_in } = kwargs.inputs as { int_in?: number };
      if (int_in === 13) throw new Error("unlucky number");
      return {
        status: "success",
        outputs: { int_out: int_in ?? 0, real_continuous_out: Number.NaN },
        errors: [],
      };
    },
  };
}

describe("an older runner on another endpoint", () => {
  const calls: Record<string, unknown>[] = [];
  let emulator: Emulator;
  let tools: ToolClient;
  let homes: Awaited<ReturnType<typeof makeHome>>[];

  beforeAll(async () => {
    homes = [await makeHome(), await makeHome()];
    const [server, client] = homes as [(typeof homes)[0], (typeof homes)[0]];
    const app = {
      name: "fmi-runner",
      version: "old",
      maxContainers: 1,
      mounts: {},
      functions: [oldRunner(calls)],
    };
    emulator = await startEmulator({ stateDir: server.path, apps: [app] });
    tools = await startToolClient(client.path, {
      MODAL_SERVER_URL: emulator.url,
      MODAL_TOKEN_ID: emulator.tokenId,
      MODAL_TOKEN_SECRET: emulator.tokenSecret,
    });
  });
  afterAll(async () => {
    await tools.close();
    await emulator.close();
    await Promise.all(homes.map((home) => home.remove()));
  });

  test("is sent the eight old arguments and nothing else", async () => {
    const run = await tools.call("run_fmi_simulation", {
      path: fixture("feedthrough-2.fmu"),
      inputs: { int_in: 5 },
    });
    expect(run).toMatchObject({ status: "success", outputs: { int_out: 5 }, series_file: null, facts: null });
    expect(run.endpoint).toMatchObject({ name: "modal" });
    expect(Object.keys(calls[0] ?? {}).sort()).toEqual([...OLD_RUN_ARGUMENTS].sort());
    expect(calls[0]).toMatchObject({
      fmu_storage_key: `${run.fmu.checksum}.fmu`,
      fmu_url: null,
      fmu_checksum: run.fmu.checksum,
      use_test_volume: false,
      simulation_config: { start_time: 0, stop_time: 2, step_size: 0.1 },
      return_logs: false,
    });
    expect(run.warnings.join()).toContain("final values only");
    expect(run.outputs.real_continuous_out).toBeNull();
    expect(run.warnings.join()).toContain('"real_continuous_out" is not a finite number');
  });

  test.each([
    ["tolerance", 1e-6],
    ["output_interval", 0.2],
  ])("refuses %s, which it would not heed", async (name, value) => {
    const before = calls.length;
    const error = await tools.fail("run_fmi_simulation", {
      path: fixture("feedthrough-2.fmu"),
      [name]: value,
    });
    expect(error).toMatchObject({
      code: "failed_precondition",
      remedy: expect.stringContaining("deploy_runner"),
    });
    expect(error.message).toContain(name);
    expect(calls.length).toBe(before);
  });

  test("its exception is the run's error, not a lost one", async () => {
    const run = await tools.call("run_fmi_simulation", {
      path: fixture("feedthrough-2.fmu"),
      inputs: { int_in: 13 },
    });
    expect(run).toMatchObject({ status: "error", errors: [{ code: "function_failed" }] });
    expect(run.errors[0].message).toContain("unlucky number");
  });

  test("diagnose finds that it lacks probe_fmu", async () => {
    const { checks } = await tools.call("diagnose");
    const check = checks.find((one: { name: string }) => one.name === "app fmi-runner");
    expect(check).toMatchObject({ status: "fail", message: expect.stringContaining("probe_fmu") });
    expect(check.remedy).toContain("deploy_runner");
  });

  test("the embedded endpoint stays a call away in the same session", async () => {
    const args = { path: fixture("feedthrough-2.fmu"), inputs: { int_in: 4 }, endpoint: "embedded" };
    const run = await tools.call("run_fmi_simulation", args);
    expect(run).toMatchObject({ status: "success", outputs: { int_out: 4 }, endpoint: { name: "embedded" } });
  });
});
