import { mkdir, readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { BuiltInApp } from "../../src/emulator/function-body.ts";
import { OLD_RUN_ARGUMENTS, probeResult, runResult } from "../../src/runner/contract.ts";
import { startTestRunner } from "../support/built-in-runner.ts";
import { bundledRunnerChild } from "../support/runner-child.ts";

const child = bundledRunnerChild();

describe("run_fmi_simulation", () => {
  test("passes int_in = 5 through, in either volume, with exactly the old members", async () => {
    const { call } = await startTestRunner(child.path);
    for (const use_test_volume of [false, true]) {
      const result = await call("run_fmi_simulation", {
        fmu_storage_key: "feedthrough-2.fmu",
        fmu_url: null,
        fmu_checksum: null,
        use_test_volume,
        inputs: { int_in: 5 },
        simulation_config: { start_time: 0, stop_time: 1, step_size: 0.1 },
        output_variables: ["int_out"],
        return_logs: false,
      });
      expect(result).toEqual({ status: "success", outputs: { int_out: 5 }, errors: [] });
    }
  });

  test("extras add statistics, facts and a series that fit the contract", async () => {
    const { run } = await startTestRunner(child.path);
    const result = await run("bouncing-ball-3", { output_interval: 0.02, tolerance: 1e-6 });
    expect(runResult.parse(result)).toBeTruthy();
    expect(result.facts).toMatchObject({
      fmi_version: "3.0",
      interface_type: "co_simulation",
      start_time: 0,
      stop_time: 3,
      step_size: 0.01,
      output_interval: 0.02,
      tolerance: 1e-6,
      steps: 300,
      time_reached: 3,
      end: "completed",
      partial: false,
    });
    expect(Object.keys(result.outputs)).toEqual(["h", "v", "bounce_time", "bounces"]);
    expect(result.statistics?.h).toMatchObject({ max: 1, max_time: 0, min: expect.any(Number) });
    expect(result.series).toMatchObject({ rows: 151, thinned_by: 1 });
    const times = new Float64Array(result.series!.time.slice().buffer);
    expect(times.at(-1)).toBe(3);
  });

  test("logs entry and exit, and no warning where all went well", async () => {
    const { run, log } = await startTestRunner(child.path);
    await run("van-der-pol-2");
    expect(log).toEqual([
      expect.stringContaining("[INFO] sv_fmi.modal_app: run_fmi_simulation started: /fmus/van-der-pol-2.fmu"),
      expect.stringContaining(
        "[INFO] sv_fmi.modal_app: Simulating VanDerPol from 0 to 20 s in steps of 0.01 s",
      ),
      expect.stringContaining("[INFO] sv_fmi.modal_app: Model time 20 s reached in 2000 steps"),
      expect.stringMatching(
        /\[INFO\] sv_fmi.modal_app: run_fmi_simulation finished in .* s: status=success$/,
      ),
    ]);
  });

  test("return_logs brings the log, and logging is on", async () => {
    const { run } = await startTestRunner(child.path);
    const { logs, errors } = await run("log-and-fail-2", { return_logs: true, extras: true });
    expect(logs?.join("\n")).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \[INFO\] sv_fmi.modal_app: run_fmi_simulation started/,
    );
    expect(logs?.join("\n")).toContain("[WARNING] sv_fmi.modal_app: FMU [warning, logStatusWarning]");
    expect(errors).toEqual([expect.stringContaining("ramp left its range after at s: 100%")]);
  });

  test("an FMU's terminate request is a success that says so", async () => {
    const { run } = await startTestRunner(child.path);
    const result = await run("terminates-2");
    expect(result.status).toBe("success");
    expect(result.facts).toMatchObject({ end: "terminated_by_fmu", partial: false, time_reached: 0.49 });
    expect(result.messages).toEqual([expect.stringContaining("ended the simulation itself at 0.49 s")]);
  });

  test("NaN is reported with the variable and its first time", async () => {
    const { run } = await startTestRunner(child.path);
    const result = await run("not-a-number-3");
    expect(result.outputs.ramp).toBeNaN();
    expect(result.statistics?.ramp).toMatchObject({ final: null, first_non_finite_time: 0.5 });
    expect(result.messages).toEqual([expect.stringMatching(/^"ramp" is not a finite number from 0.5 s on/)]);
  });

  test("64-bit integers and Binary come home exactly", async () => {
    const { run } = await startTestRunner(child.path);
    const { outputs, messages } = await run("feedthrough-3", {
      inputs: {
        int64_in: -9_223_372_036_854_775_808n,
        uint64_in: 18_446_744_073_709_551_615n,
        binary_in: new Uint8Array([1, 2, 255]),
        array_in: [1.5, 2.5],
        enum_in: "Option 2",
        string_in: "text",
      },
    });
    expect(outputs).toMatchObject({
      int64_out: -9_223_372_036_854_775_808n,
      uint64_out: 18_446_744_073_709_551_615n,
      binary_out: new Uint8Array([1, 2, 255]),
      array_out: [1.5, 2.5],
      enum_out: 2,
      string_out: "text",
    });
    expect(messages).toContain(
      'Warning: "int64_out", "uint64_out" passed 2^53, from where on the series and its statistics are rounded to float64; ' +
        "the values at the end, in the outputs, are exact.",
    );
    const usual = await run("feedthrough-3", { inputs: { int64_in: 2n ** 53n - 1n } });
    expect(usual.messages).toEqual([]);
  });
});

describe("probe_fmu", () => {
  test("lists the variables with units", async () => {
    const { probe, log } = await startTestRunner(child.path);
    const result = await probe({ fmu_storage_key: "bouncing-ball-2.fmu" });
    expect(probeResult.parse(result)).toEqual(result);
    expect(result.messages).toEqual(["Parsed 8 variables from modelDescription.xml"]);
    expect(result.variables[1]).toEqual({
      name: "h",
      causality: "output",
      variability: "continuous",
      value_reference: 1,
      value_type: "Real",
      unit: "m",
    });
    const { variables } = await probe({ fmu_storage_key: "feedthrough-3.fmu" });
    const types = new Set(variables.map(({ value_type }) => value_type));
    expect([...types]).toEqual(expect.arrayContaining(["Float64", "Int32"]));
    expect(types.has("Real")).toBe(false);
    expect(log[0]).toContain("probe_fmu started: /fmus/bouncing-ball-2.fmu");
  });

  test("a missing FMU is an error without variables", async () => {
    const { probe } = await startTestRunner(child.path);
    expect(await probe({ fmu_storage_key: "absent.fmu", use_test_volume: true })).toMatchObject({
      status: "error",
      variables: [],
      errors: [expect.stringContaining("/fmus-test/absent.fmu")],
    });
  });
});

describe("createBuiltInRunner", () => {
  test("makes an app that the emulator can host, its functions described by their parameters", async () => {
    const { runner } = await startTestRunner(child.path, { timeoutSeconds: 300, maxContainers: 2 });
    const app: BuiltInApp = runner.app;
    expect(app).toMatchObject({
      name: "fmi-runner",
      maxContainers: 2,
      mounts: { "/fmus": "fmi-cache", "/fmus-test": "fmi-cache-test" },
    });
    expect(app.functions.map((each) => each.name)).toEqual(["run_fmi_simulation", "probe_fmu"]);
    expect(app.functions[0]!.parameters.slice(0, 8).map((each) => each.name)).toEqual(OLD_RUN_ARGUMENTS);
    expect(app.functions[0]!.timeoutSeconds).toBeGreaterThan(300);
  });

  test("removes what a killed process left a day ago, and nothing newer", async () => {
    const { run, workDir } = await startTestRunner(child.path);
    await Promise.all(["run-old", "fmu-new"].map((name) => mkdir(join(workDir, name), { recursive: true })));
    const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;
    await utimes(join(workDir, "run-old"), twoDaysAgo, twoDaysAgo);
    await run("feedthrough-2");
    const left = await readdir(workDir);
    expect(left).toContain("fmu-new");
    expect(left).not.toContain("run-old");
  });
});
