import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ToolError } from "../../src/errors.ts";
import { openRunStore } from "../../src/runs/store.ts";
import { runFmiSimulationTool } from "../../src/tools/run-fmi-simulation.ts";
import type { Services } from "../../src/tools/services.ts";
import { fakeModal } from "../support/fake-modal.ts";
import { makeHome } from "../support/home.ts";
import { runRecord } from "../support/run-records.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { fixture, startToolClient, type ToolClient } from "../support/tool-client.ts";

describe("run_fmi_simulation", () => {
  let tools: ToolClient;
  let home: Awaited<ReturnType<typeof makeHome>>;
  let feedthrough: string;

  beforeAll(async () => {
    home = await makeHome();
    tools = await startToolClient(home.path);
    feedthrough = (await tools.call("upload_fmu", { path: fixture("feedthrough-2.fmu") })).fmu_checksum;
  });
  afterAll(async () => {
    await tools.close();
    await home.remove();
  });

  test.each([[true], [false]])(
    "int_in = 5 gives int_out = 5 (use_test_volume: %s)",
    async (use_test_volume) => {
      const { fmu_checksum } = await tools.call("upload_fmu", {
        path: fixture("feedthrough-2.fmu"),
        use_test_volume,
      });
      const run = await tools.call("run_fmi_simulation", {
        fmu_checksum,
        inputs: { int_in: 5 },
        use_test_volume,
      });
      expect(run).toMatchObject({
        status: "success",
        outputs: { int_out: 5 },
        volume: use_test_volume ? "fmi-cache-test" : "fmi-cache",
        endpoint: { name: "embedded" },
        settings: { start_time: { value: 0, from: "default experiment" }, stop_time: { value: 2 } },
        errors: [],
      });
      expect(run.function_call_id).toMatch(/^fc-/);
    },
  );

  test("passes every type, enumerations by name", async () => {
    const inputs = {
      real_continuous_in: 1.5,
      int_in: -7,
      bool_in: true,
      string_in: "grüß",
      enum_in: "Option 2",
    };
    const run = await tools.call("run_fmi_simulation", { fmu_checksum: feedthrough, inputs });
    expect(run.outputs).toMatchObject({
      real_continuous_out: 1.5,
      int_out: -7,
      bool_out: true,
      string_out: "grüß",
      enum_out: 2,
    });
    expect(run.inputs_applied.enum_in).toMatchObject({ value: 2, given: "Option 2" });
  });

  test("passes 64-bit integers beyond 2^53 as decimal text", async () => {
    const inputs = { int64_in: "9007199254740993" };
    const run = await tools.call("run_fmi_simulation", { path: fixture("feedthrough-3.fmu"), inputs });
    expect(run.outputs.int64_out).toBe("9007199254740993");
  });

  test("keeps record and series, statistics at full resolution", async () => {
    const run = await tools.call("run_fmi_simulation", {
      path: fixture("bouncing-ball-3.fmu"),
      inputs: { h: "200 cm" },
      stop_time: 1,
      step_size: 0.01,
    });
    expect(run.inputs_applied.h).toMatchObject({ value: 2, unit: "m", given: "200 cm" });
    expect(run.units.h).toBe("m");
    expect(run.statistics.h).toMatchObject({ max: 2, max_time: 0 });
    const csv = (await readFile(run.series_file, "utf8")).trimEnd().split("\r\n");
    expect(csv[0]).toMatch(/^time \[s\],.*h \[m\]/);
    expect(csv).toHaveLength(1 + 101);
    expect(JSON.parse(await readFile(run.record_file, "utf8"))).toMatchObject({
      run_id: run.run_id,
      status: "success",
    });
  });

  test("finds an FMU by leading digits, file name and model name", async () => {
    for (const fmu_checksum of [feedthrough.slice(0, 8), "feedthrough-2.fmu"]) {
      const run = await tools.call("run_fmi_simulation", { fmu_checksum, use_test_volume: false });
      expect(run.fmu).toMatchObject({ model_name: "Feedthrough" });
    }
  });

  test("an unfinished run is handed back, waited for by its id, and cancelled", async () => {
    const args = { path: fixture("endless-2.fmu"), wait_seconds: 0 };
    const first = await tools.call("run_fmi_simulation", args);
    expect(first).toMatchObject({ status: "running", reused: false });
    const again = await tools.call("run_fmi_simulation", args);
    expect(again).toMatchObject({ run_id: first.run_id, reused: true });
    const cancelled = await tools.call("cancel_run", { run_id: first.run_id });
    expect(cancelled).toMatchObject({ cancelled: true, status: "cancelled" });
    const after = await tools.call("run_fmi_simulation", { run_id: first.run_id });
    expect(after).toMatchObject({ status: "cancelled", run_id: first.run_id });
    expect(await tools.call("cancel_run", { run_id: first.run_id })).toMatchObject({ cancelled: false });
  });

  test("fits the step of an FMU that takes steps of one size to the run, and refuses another before anything runs", async () => {
    const args = { path: fixture("constant-step-2.fmu"), stop_time: 0.95 };
    const run = await tools.call("run_fmi_simulation", args);
    expect(run).toMatchObject({ status: "success", settings: { step_size: { from: "fitted to the run" } } });
    const error = await tools.fail("run_fmi_simulation", { ...args, step_size: 0.1, dry_run: true });
    expect(error).toMatchObject({ code: "invalid_argument", remedy: expect.stringContaining("`step_size`") });
  });

  test("a cancelled run keeps what it had recorded, marked as partial, and says how far it came", async () => {
    const args = { path: fixture("endless-3.fmu"), wait_seconds: 2, new_run: true };
    const first = await tools.call("run_fmi_simulation", args);
    expect(first.status).toBe("running");
    await tools.call("cancel_run", { run_id: first.run_id });
    const run = await tools.call("run_fmi_simulation", { run_id: first.run_id });
    expect(run).toMatchObject({ status: "cancelled", facts: { end: "cancelled", partial: true } });
    expect(run.facts.time_reached).toBeCloseTo(0.5, 1);
    expect(run.errors[0]).toMatchObject({
      code: "cancelled",
      message: expect.stringMatching(/was cancelled .*model time 0\.(49|5)/),
      remedy: expect.stringContaining("new_run"),
    });
    const csv = (await readFile(run.series_file, "utf8")).trimEnd().split("\r\n");
    expect(Number(csv.at(-1)?.split(",")[0])).toBe(run.facts.time_reached);
    const { statistics } = (await tools.call("get_run", { run_id: run.run_id })).run;
    expect(statistics.ramp.max_time).toBe(run.facts.time_reached);
  });

  test("an endless loop ends within its time limit and says how far it got; the next run works", async () => {
    const run = await tools.call("run_fmi_simulation", {
      path: fixture("endless-3.fmu"),
      timeout_seconds: 1,
    });
    expect(run.status).toBe("timed_out");
    expect(run.errors[0].message).toMatch(/model time 0\.(49|5) s/);
    expect(await tools.call("run_fmi_simulation", { fmu_checksum: feedthrough })).toMatchObject({
      status: "success",
    });
  });

  test.each(["crash-2.fmu", "crash-3.fmu", "abort-2.fmu"])(
    "%s ends as an error in words, and the server lives",
    async (name) => {
      const run = await tools.call("run_fmi_simulation", { path: fixture(name), inputs: {} });
      expect(run.status).toBe("error");
      expect(run.errors[0].message).toMatch(/crash|abort|SIG/i);
      expect(run.errors[0].remedy).toContain("tail_logs");
      expect(await tools.call("run_fmi_simulation", { fmu_checksum: feedthrough })).toMatchObject({
        status: "success",
      });
    },
  );

  test("an FMU's own words reach the log and, asked for, the result", async () => {
    const run = await tools.call("run_fmi_simulation", {
      path: fixture("log-and-fail-2.fmu"),
      return_logs: true,
    });
    expect(run.status).toBe("error");
    expect(run.logs.length).toBeGreaterThan(0);
    const { lines } = await tools.call("tail_logs", { run_id: run.run_id });
    expect(lines.length).toBeGreaterThan(2);
  });

  test("NaN comes back as null with a warning that names the variable and the first time", async () => {
    const run = await tools.call("run_fmi_simulation", { path: fixture("not-a-number-2.fmu") });
    const [name] = Object.entries(run.outputs).find(([, value]) => value === null) ?? [];
    expect(name).toBeDefined();
    expect(run.warnings.join()).toMatch(new RegExp(`"${name}" is not a finite number.*first at [0-9.]+ s`));
  });

  test.each([
    [{ inputs: { int_inn: 5 } }, "int_in"],
    [{ inputs: { int_in: 5.7 } }, "whole number"],
    [{ inputs: { int_in: "abc" } }, "whole number"],
    [{ inputs: { int_out: 5 } }, "inputs and parameters"],
    [{ output_variables: ["int_outt"] }, "int_out"],
    [{ save_state: true }, "save_state"],
    [{ stop_time: -1 }, "stop_time"],
    [{ step_size: 0 }, "step_size"],
    [{ stop_time: 1e9, step_size: 1e-3 }, "output_interval"],
    [{ tolerance: -1 }, "tolerance"],
    [{ run_id: "run-20260101-aaaaaaaaaa" }, "exactly one"],
    [{ wait_seconds: 60 }, "run_fmi_simulation"],
    [{ nonsense: true }, "run_fmi_simulation"],
  ])("refuses %j before anything runs", async (args, remedy) => {
    const error = await tools.fail("run_fmi_simulation", { fmu_checksum: feedthrough, ...args });
    expect(error.code).toBe("invalid_argument");
    expect(error.remedy).toContain(remedy);
  });

  test("a checksum that is nowhere names the volumes looked in", async () => {
    const error = await tools.fail("run_fmi_simulation", { fmu_checksum: "0".repeat(64) });
    expect(error.code).toBe("not_found");
    expect(error.message).toContain("fmi-cache");
    expect(error.message).toContain("fmi-cache-test");
  });

  test("outside min or max is a warning, not an error", async () => {
    const run = await tools.call("run_fmi_simulation", {
      fmu_checksum: feedthrough,
      inputs: { int_in: 2_000_000 },
    });
    expect(run).toMatchObject({ status: "success", outputs: { int_out: 2_000_000 } });
    expect(run.warnings.join()).toContain("outside its range");
  });

  test("cancelling the request ends a run that nobody was told of", async () => {
    const stop = new AbortController();
    const before = (await tools.call("diagnose", {})).checks;
    const calling = tools.call(
      "run_fmi_simulation",
      { path: fixture("endless-2.fmu"), new_run: true },
      { signal: stop.signal, onprogress: () => stop.abort() },
    );
    await expect(calling).rejects.toThrow();
    expect(before.length).toBeGreaterThan(0);
    await expect
      .poll(async () => {
        const { checks } = await tools.call("diagnose", {});
        return checks.find((check: { name: string }) => check.name === "run_fmi_simulation unfinished");
      })
      .toBeUndefined();
  });
});

describe("run_fmi_simulation while the endpoint fails", () => {
  async function waitOn(failWait: () => Promise<never>) {
    const store = await openRunStore(await temporaryFolder());
    const record = runRecord({ function_call_id: "fc-1" });
    await store.create(record);
    const { modal } = fakeModal();
    Object.assign(modal.calls, { wait: failWait });
    const facts = { name: "embedded", workspace: "local", environment: "main", note: "" };
    const endpoint = { name: "embedded", modal, describe: async () => facts };
    const services = { connect: async () => endpoint, runs: async () => store } as unknown as Services;
    const signal = new AbortController().signal;
    const context = {
      signal,
      services,
      progress: () => {},
      attach: () => {},
      redact: (text: string) => text,
    };
    const args = runFmiSimulationTool.input.parse({ run_id: record.run_id });
    return { record, result: await runFmiSimulationTool.run(args, context) };
  }

  test("a run that has started keeps its id and its status, and the failure is a warning", async () => {
    const { record, result } = await waitOn(async () => {
      throw new ToolError("unavailable", "Cannot wait: nobody answers", "Check the network.");
    });
    expect(result).toMatchObject({ run_id: record.run_id, status: "running" });
    expect(result.warnings.join()).toContain("nobody answers");
    expect(result.next_step).toContain(record.run_id);
  });
});
