import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { FunctionBody, FunctionBodyCall } from "../../src/emulator/function-body.ts";
import { type Emulator, startEmulator } from "../../src/emulator/index.ts";
import {
  cleanupArguments,
  energyPlusArguments,
  OLD_ENERGYPLUS_ARGUMENTS,
} from "../../src/runner/energyplus-contract.ts";
import { testFunction } from "../support/emulator.ts";
import { makeHome } from "../support/home.ts";
import { startToolClient, type ToolClient } from "../support/tool-client.ts";

const TOOL = "run_energyplus_simulation";
const RECORDED = new URL("../fixtures/energyplus/", import.meta.url);
const ADDITIONS = ["site_metrics", "facts", "err_messages"];

/** Answers with what a runner answered once (test/fixtures/energyplus); nothing is simulated. */
async function replay(name: string, { kwargs }: FunctionBodyCall): Promise<Record<string, unknown>> {
  const text = await readFile(new URL(`${name}.json`, RECORDED), "utf8");
  return JSON.parse(text.replaceAll("SIMULATION_ID", String(kwargs.simulation_id)));
}

type Answer = (call: FunctionBodyCall) => Promise<unknown>;

const byPeriod: Answer = (call) =>
  replay(call.kwargs.period === "design_day" ? "small-office-design-day" : "small-office-annual", call);

/** A server whose Modal endpoint hosts an energyplus-runner of the given arguments that answers as `answer.now` says. */
async function startWith(accepted: readonly string[]) {
  const homes = [await makeHome(), await makeHome()] as const;
  const calls: { name: string; kwargs: Record<string, unknown> }[] = [];
  const answer: { now: Answer; cleanup: Answer } = {
    now: byPeriod,
    cleanup: async ({ kwargs }) => ({ simulation_id: kwargs.simulation_id, deleted: true }),
  };
  const body = (name: string, parameters: readonly string[], run: Answer): FunctionBody =>
    testFunction(name, parameters, async (call) => {
      calls.push({ name, kwargs: call.kwargs });
      return run(call);
    });
  const functions = [
    body(TOOL, accepted, (call) => answer.now(call)),
    body("cleanup_simulation_outputs", Object.keys(cleanupArguments.shape), (call) => answer.cleanup(call)),
  ];
  const app = { name: "energyplus-runner", version: "1", maxContainers: 2, mounts: {}, functions };
  const emulator: Emulator = await startEmulator({ stateDir: homes[0].path, apps: [app] });
  const tools: ToolClient = await startToolClient(homes[1].path, {
    MODAL_SERVER_URL: emulator.url,
    MODAL_TOKEN_ID: emulator.tokenId,
    MODAL_TOKEN_SECRET: emulator.tokenSecret,
  });
  const write = async (name: string, text: string) => {
    const path = join(homes[1].path, name);
    await writeFile(path, text);
    return path;
  };
  const model = await write("office.idf", "Version,25.2;\nZone,North;\n");
  const weather = await write("town.epw", "LOCATION,Chicago Ohare Intl Ap,IL,USA,TMY3,725300,41.98\n");
  const close = async () => {
    await tools.close();
    await emulator.close();
    await Promise.all(homes.map((home) => home.remove()));
  };
  return { tools, calls, answer, write, model, weather, close };
}

type Started = Awaited<ReturnType<typeof startWith>>;

describe("run_energyplus_simulation against recorded outputs", () => {
  let at: Started;
  beforeAll(async () => {
    at = await startWith(Object.keys(energyPlusArguments.shape));
  });
  beforeEach(() => {
    at.calls.length = 0;
    at.answer.now = byPeriod;
  });
  afterAll(() => at.close());

  const run = (args: Record<string, unknown> = {}) =>
    at.tools.call(TOOL, { model_path: at.model, weather: at.weather, ...args });

  test("returns a year's metrics with units and its intensity", async () => {
    const result = await run({ period: "annual" });
    expect(result).toMatchObject({
      status: "success",
      eui_reason: null,
      volume: "energyplus-outputs",
      output_folder: `/${result.run_id}`,
      facts: { model: "office.idf", model_version: "25.2", weather_place: "Chicago Ohare Intl Ap, IL, USA" },
    });
    const { metrics, units } = result;
    expect(Object.keys(units).sort()).toEqual(Object.keys(metrics).sort());
    expect(units.eui_total_kwh_m2_a).toBe("kWh/(m2.a)");
    const perArea = (metrics.site_electricity_kwh + metrics.site_natural_gas_kwh) / metrics.total_area_m2;
    expect(metrics.eui_total_kwh_m2_a).toBeCloseTo(perArea, 9);
    expect(metrics.eui_total_kwh_m2_a).toBeGreaterThan(50);
    expect(result.facts.engine).toContain("25.2.0");
  });

  test("sends the contract's arguments and the weather's bytes", async () => {
    const { run_id: runId } = await run({ period: "annual", keep_outputs: "all", use_test_volume: true });
    const [call] = at.calls;
    expect(energyPlusArguments.safeParse(call?.kwargs).error).toBeUndefined();
    expect(call?.kwargs).toMatchObject({
      ...{ simulation_id: runId, weather_file: "town.epw", extras: true },
      ...{ use_test_volume: true, keep_outputs: "all", energyplus_payload: "Version,25.2;\nZone,North;\n" },
    });
    expect(new TextDecoder().decode(call?.kwargs.weather_content as Uint8Array)).toContain("LOCATION,");
  });

  test("counts and quotes the messages of eplusout.err", async () => {
    const { message_counts: counts, messages } = await run();
    expect(counts).toMatchObject({ warning: 10, severe: 0, fatal: 0 });
    expect(counts.warning_with_recurring).toBeGreaterThan(counts.warning);
    expect(messages).toHaveLength(10);
    expect(messages[0]).toMatch(/^warning: /);
  });

  test("gives no intensity, and no zeros for energy, for design days", async () => {
    const { metrics, eui_reason: reason } = await run({ period: "design_day" });
    expect(metrics).toMatchObject({
      eui_total_kwh_m2_a: null,
      site_electricity_kwh: null,
      total_area_m2: 511.16,
    });
    expect(reason).toContain("design days");
  });

  test("compares with a baseline, kept in the run store", async () => {
    const before = await run();
    at.answer.now = async (call) => {
      const answer = await replay("small-office-annual", call);
      (answer.site_metrics as Record<string, number>).site_electricity_kwh = 60_000;
      return answer;
    };
    const after = await run({ baseline_run_id: before.run_id });
    const [baseline, difference, percent] = after.differences.site_electricity_kwh;
    expect(baseline).toBe(before.metrics.site_electricity_kwh);
    expect(difference).toBeCloseTo(60_000 - baseline, 9);
    expect(percent).toBeCloseTo((difference / baseline) * 100, 9);
    expect(after.differences.eui_total_kwh_m2_a[1]).toBe(0);
    const again = await at.tools.call(TOOL, { run_id: after.run_id });
    expect(again).toMatchObject({ run_id: after.run_id, differences: after.differences });
  });

  test("names what else differs from the baseline", async () => {
    const before = await run({ period: "design_day" });
    const after = await run({ baseline_run_id: before.run_id, period: "annual" });
    expect(after.warnings.join("\n")).toContain("another period: design_day, this run annual");
  });

  test("a model that EnergyPlus refuses ends as an error that quotes it", async () => {
    at.answer.now = (call) => replay("unknown-object", call);
    const result = await run();
    expect(result).toMatchObject({ status: "error", message_counts: { fatal: 1, severe: 2 } });
    expect(result.errors[1]).toMatchObject({ code: "simulation_failed" });
    expect(result.errors[1].message).toContain("Nonsense:Object");
    const error = await at.tools.fail(TOOL, {
      ...{ model_path: at.model, weather: at.weather, baseline_run_id: result.run_id },
    });
    expect(error).toMatchObject({ code: "failed_precondition", message: expect.stringContaining("error") });
  });

  test("hands back a run that takes longer, and goes on with it", async () => {
    const gate = makeGate();
    at.answer.now = async (call) => {
      await gate.promise;
      return byPeriod(call);
    };
    const first = await run({ wait_seconds: 0 });
    expect(first).toMatchObject({ status: "running", metrics: {} });
    expect(first.next_step).toContain(first.run_id);
    expect(await run({ wait_seconds: 0 })).toMatchObject({ run_id: first.run_id, reused: true });
    gate.resolve();
    expect(await at.tools.call(TOOL, { run_id: first.run_id })).toMatchObject({ status: "success" });
    expect(at.calls).toHaveLength(1);
  });

  test("cancel_run ends it, and the remedy is this tool's", async () => {
    at.answer.now = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
    const { run_id: runId } = await run({ wait_seconds: 0 });
    expect(await at.tools.call("cancel_run", { run_id: runId })).toMatchObject({ status: "cancelled" });
    const { errors } = await at.tools.call(TOOL, { run_id: runId });
    expect(errors[0].remedy).toContain("run_energyplus_simulation");
  });

  test("cleanup removes the outputs after the metrics are read", async () => {
    const result = await run({ cleanup: true, use_test_volume: true });
    expect(result).toMatchObject({ status: "success", output_folder: null });
    expect(at.calls.map(({ name }) => name)).toEqual([TOOL, "cleanup_simulation_outputs"]);
    expect(at.calls[1]?.kwargs).toEqual({
      ...{ simulation_id: result.run_id, missing_ok: true, use_test_volume: true },
    });
    await at.tools.call(TOOL, { run_id: result.run_id });
    expect(at.calls).toHaveLength(2);
  });

  test("a cleanup that fails is a warning", async () => {
    const { cleanup } = at.answer;
    at.answer.cleanup = async () => {
      throw new Error("the volume is busy");
    };
    const result = await run({ cleanup: true });
    at.answer.cleanup = cleanup;
    expect(result.status).toBe("success");
    expect(result.warnings.join("\n")).toContain("the volume is busy");
  });

  test.each([
    [{ weather: undefined }, "no weather"],
    [{ model_path: undefined }, "no model"],
    [{ model_path: "missing.idf" }, "missing.idf"],
    [{ weather: "folder/missing.epw" }, "missing.epw"],
  ])("refuses %j before anything is started", async (args, named) => {
    const error = await at.tools.fail(TOOL, { model_path: at.model, weather: at.weather, ...args });
    expect(error.message).toContain(named);
    expect(at.calls).toEqual([]);
  });

  test("refuses a model that runs code before anything is started", async () => {
    const path = await at.write("plugin.idf", "Version,25.2;\nPythonPlugin:Instance,a,No,b,c;\n");
    const error = await at.tools.fail(TOOL, { model_path: path, weather: at.weather });
    expect(error).toMatchObject({ code: "invalid_argument" });
    expect(at.calls).toEqual([]);
  });

  test("a run of an FMU is no baseline and no run of this tool", async () => {
    const error = await at.tools.fail(TOOL, { run_id: "run-20260101-aaaaaaaaaa" });
    expect(error).toMatchObject({ code: "not_found" });
  });
});

describe("run_energyplus_simulation on an older runner", () => {
  let at: Started;
  beforeAll(async () => {
    at = await startWith(OLD_ENERGYPLUS_ARGUMENTS);
    at.answer.now = async (call) => {
      const answer = Object.entries(await replay("small-office-annual", call));
      return Object.fromEntries(answer.filter(([name]) => !ADDITIONS.includes(name)));
    };
  });
  afterAll(() => at.close());

  test("sends the four old arguments and reads the three old metrics", async () => {
    const result = await at.tools.call(TOOL, { model_path: at.model, weather: "USA_CA_SF.epw" });
    expect(Object.keys(at.calls[0]?.kwargs ?? {}).sort()).toEqual([...OLD_ENERGYPLUS_ARGUMENTS].sort());
    expect(result.metrics).toMatchObject({ eui_conditioned_kwh_m2_a: null, fans_energy_kwh: null });
    expect(result.metrics.site_electricity_kwh).toBeGreaterThan(0);
    expect(result.eui_reason).toContain("hours");
    expect(result.warnings.join("\n")).toContain("three metrics");
  });

  test("says that it cannot take a weather file", async () => {
    const error = await at.tools.fail(TOOL, { model_path: at.model, weather: at.weather });
    expect(error).toMatchObject({ code: "failed_precondition" });
    expect(error.message).toContain("cannot take a weather file");
  });
});

test("run_energyplus_simulation without a runner says that no engine is installed, and how to get one", async () => {
  const home = await makeHome();
  const tools = await startToolClient(home.path);
  const model = join(home.path, "office.idf");
  await writeFile(model, "Version,25.2;\nZone,North;\n");
  const error = await tools.fail(TOOL, { model_path: model, weather: "USA_CA_SF.epw" });
  expect(error).toMatchObject({
    code: "failed_precondition",
    message: expect.stringContaining("no EnergyPlus engine is installed"),
    remedy: expect.stringContaining("pyenergyplus-lbnl"),
  });
  await tools.close();
  await home.remove();
});

/** A promise that the test resolves. */
function makeGate() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
