import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { FunctionBody } from "../../src/emulator/function-body.ts";
import { type Emulator, startEmulator } from "../../src/emulator/index.ts";
import { ToolError } from "../../src/errors.ts";
import { OLD_RUN_ARGUMENTS } from "../../src/runner/contract.ts";
import { makeHome } from "../support/home.ts";
import { runFacts } from "../support/run-results.ts";
import { fixture, startToolClient, type ToolClient } from "../support/tool-client.ts";

const RUN = "run_fmi_simulation";
const OLD = [...OLD_RUN_ARGUMENTS];
const NEW = [...OLD_RUN_ARGUMENTS, "extras", "timeout_seconds", "tolerance"];

/** Counts what the endpoint is asked for before a run. */
async function countLookUps(tools: ToolClient): Promise<() => { functions: number; volumes: number }> {
  const { modal } = await tools.services.connect(undefined, undefined);
  const counts = { functions: 0, volumes: 0 };
  const { functions, volumes } = modal;
  const { get } = functions;
  const { find, hasFile } = volumes;
  functions.get = (...args) => {
    counts.functions++;
    return get(...args);
  };
  volumes.find = (...args) => {
    counts.volumes++;
    return find(...args);
  };
  volumes.hasFile = (...args) => {
    counts.volumes++;
    return hasFile(...args);
  };
  return () => ({ ...counts });
}

const newestRuns = async (tools: ToolClient, limit: number) =>
  (await tools.call("get_run", { limit })).runs.map((run: { status: string }) => run.status);

describe("run_fmi_simulation of an FMU that was run before", () => {
  let home: Awaited<ReturnType<typeof makeHome>>;
  let tools: ToolClient;
  let fmu_checksum: string;

  beforeAll(async () => {
    home = await makeHome();
    tools = await startToolClient(home.path);
  });
  afterAll(async () => {
    await tools.close();
    await home.remove();
  });
  beforeEach(async () => {
    fmu_checksum = (await tools.call("upload_fmu", { path: fixture("feedthrough-2.fmu") })).fmu_checksum;
    await tools.call(RUN, { fmu_checksum });
  });

  test("asks for neither the runner nor the FMU, and sees a run that failed for its own reasons as it is", async () => {
    const counted = await countLookUps(tools);
    const run = await tools.call(RUN, { fmu_checksum, inputs: { int_in: 5 } });
    expect(run).toMatchObject({ status: "success", outputs: { int_out: 5 } });
    expect(counted()).toEqual({ functions: 0, volumes: 0 });
    const crash = (await tools.call("upload_fmu", { path: fixture("crash-2.fmu") })).fmu_checksum;
    await tools.call(RUN, { fmu_checksum: crash });
    const before = counted();
    const crashed = await tools.call(RUN, { fmu_checksum: crash });
    expect(crashed).toMatchObject({ status: "error", facts: { end: "failed" } });
    expect(counted()).toEqual(before);
  });

  test("says that it is not there any more, as of one that never was", async () => {
    const { modal } = await tools.services.connect(undefined, undefined);
    const volume = await modal.volumes.get("fmi-cache");
    await modal.volumes.remove(volume, `/${fmu_checksum}.fmu`, { recursive: false });
    const error = await tools.fail(RUN, { fmu_checksum });
    expect(error).toMatchObject({ code: "not_found", message: expect.stringContaining("fmi-cache-test") });
    expect(await newestRuns(tools, 1)).toEqual(["error"]);
    const { runs } = await tools.call("get_run", { limit: 50 });
    expect((await tools.fail(RUN, { fmu_checksum })).code).toBe("not_found");
    expect((await tools.call("get_run", { limit: 50 })).runs).toHaveLength(runs.length);
  });

  test("runs it from the other volume once it is only there", async () => {
    await tools.call("upload_fmu", { path: fixture("feedthrough-2.fmu"), use_test_volume: true });
    const { modal } = await tools.services.connect(undefined, undefined);
    const volume = await modal.volumes.get("fmi-cache");
    await modal.volumes.remove(volume, `/${fmu_checksum}.fmu`, { recursive: false });
    const run = await tools.call(RUN, { fmu_checksum, inputs: { int_in: 6 } });
    expect(run).toMatchObject({ status: "success", outputs: { int_out: 6 }, volume: "fmi-cache-test" });
  });
});

describe("run_fmi_simulation on a runner that was deployed again since the run before", () => {
  const calls: string[][] = [];
  const body: { -readonly [Name in keyof FunctionBody]: FunctionBody[Name] } = {
    name: RUN,
    parameters: [],
    timeoutSeconds: 60,
    run: async ({ kwargs }) => {
      calls.push(Object.keys(kwargs).sort());
      const { int_in = 0 } = kwargs.inputs as { int_in?: number };
      const result = { status: "success", outputs: { int_out: int_in }, errors: [] };
      return "extras" in kwargs ? { ...result, facts: runFacts() } : result;
    },
  };
  let emulator: Emulator;
  let tools: ToolClient;
  let homes: Awaited<ReturnType<typeof makeHome>>[];
  let fmu_checksum: string;

  async function deploy(names: readonly string[]): Promise<void> {
    body.parameters = names.map((name) => ({ name, type: "any", hasDefault: true }));
    await emulator.publish("fmi-runner");
  }

  beforeAll(async () => {
    homes = [await makeHome(), await makeHome()];
    const [server, client] = homes as [(typeof homes)[0], (typeof homes)[0]];
    const app = { name: "fmi-runner", version: "1", maxContainers: 1, mounts: {}, functions: [body] };
    emulator = await startEmulator({ stateDir: server.path, apps: [app] });
    tools = await startToolClient(client.path, {
      MODAL_SERVER_URL: emulator.url,
      MODAL_TOKEN_ID: emulator.tokenId,
      MODAL_TOKEN_SECRET: emulator.tokenSecret,
    });
    fmu_checksum = (await tools.call("upload_fmu", { path: fixture("feedthrough-2.fmu") })).fmu_checksum;
  });
  afterAll(async () => {
    await tools.close();
    await emulator.close();
    await Promise.all(homes.map((home) => home.remove()));
  });

  test("runs on one that takes less than what was sent, and on one that takes more, with what each takes", async () => {
    await deploy(NEW);
    for (const int_in of [1, 2]) {
      const run = await tools.call(RUN, { fmu_checksum, inputs: { int_in } });
      expect(run).toMatchObject({ status: "success", outputs: { int_out: int_in }, facts: { steps: 2 } });
    }
    await deploy(OLD);
    const older = await tools.call(RUN, { fmu_checksum, inputs: { int_in: 3 } });
    expect(older).toMatchObject({ status: "success", outputs: { int_out: 3 }, facts: null });
    expect(older.warnings.join()).toContain("final values only");
    const [, vain] = (await tools.call("get_run", { limit: 2 })).runs;
    expect(older.warnings.join()).toContain(`Run ${vain.run_id} failed before it simulated anything`);
    expect(calls.at(-1)).toEqual([...OLD].sort());
    expect(await newestRuns(tools, 2)).toEqual(["success", "error"]);
    await deploy(NEW);
    const newer = await tools.call(RUN, { fmu_checksum, inputs: { int_in: 4 } });
    expect(newer).toMatchObject({ status: "success", outputs: { int_out: 4 }, facts: { steps: 2 } });
  });

  test("tells of the run that failed where the endpoint does not answer when it is to be run anew", async () => {
    await deploy(NEW);
    await tools.call(RUN, { fmu_checksum });
    await deploy(OLD);
    const { functions } = (await tools.services.connect(undefined, undefined)).modal;
    const { get } = functions;
    let asked = 0;
    functions.get = (...args) => {
      asked++;
      return asked > 1 ? Promise.reject(new ToolError("unavailable", "Cannot look", "Wait.")) : get(...args);
    };
    const run = await tools.call(RUN, { fmu_checksum, inputs: { int_in: 7 } });
    functions.get = get;
    expect(asked).toBe(2);
    expect(run).toMatchObject({ status: "error", errors: [{ code: "function_failed" }] });
    expect(run.run_id).toBe((await tools.call("get_run", { limit: 1 })).runs[0].run_id);
  });

  test("tells of one that was stopped what it tells at a first run", async () => {
    await deploy(NEW);
    await tools.call(RUN, { fmu_checksum, inputs: { int_in: 5 } });
    const { modal } = await tools.services.connect(undefined, undefined);
    await modal.apps.stop((await modal.apps.lookUp("fmi-runner")).appId ?? "");
    const error = await tools.fail(RUN, { fmu_checksum, inputs: { int_in: 6 } });
    expect(error).toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("was stopped"),
    });
    expect(error.remedy).toContain("`deploy_runner`");
  });
});
