import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeHome } from "../support/home.ts";
import { fixture, startToolClient, type ToolClient } from "../support/tool-client.ts";

describe("get_run", () => {
  let tools: ToolClient;
  let home: Awaited<ReturnType<typeof makeHome>>;
  let coarse: string;
  let fine: string;

  beforeAll(async () => {
    home = await makeHome();
    tools = await startToolClient(home.path);
    const run = async (arguments_: object) => {
      const result = await tools.call("run_fmi_simulation", {
        path: fixture("van-der-pol-2.fmu"),
        stop_time: 20,
        ...arguments_,
      });
      return result.run_id;
    };
    coarse = await run({ step_size: 0.1, inputs: { mu: 2 } });
    fine = await run({ step_size: 0.01 });
  });
  afterAll(async () => {
    await tools.close();
    await home.remove();
  });

  test("lists runs, newest first", async () => {
    const { runs } = await tools.call("get_run");
    expect(runs.map((run: { run_id: string }) => run.run_id)).toEqual([fine, coarse]);
    expect(runs[0]).toMatchObject({ status: "success", model_name: "VanDerPol", endpoint: "embedded" });
    expect((await tools.call("get_run", { limit: 1 })).runs).toHaveLength(1);
    expect((await tools.call("get_run", { status: "error" })).runs).toEqual([]);
  });

  test("shows a run with its series in a few rows, extremes kept", async () => {
    const { run, series } = await tools.call("get_run", { run_id: fine, variables: ["x0"], points: 12 });
    expect(run).toMatchObject({ run_id: fine, status: "success", settings: { step_size: { value: 0.01 } } });
    expect(series.columns).toEqual(["time", "x0"]);
    expect(series.recorded_rows).toBe(2001);
    expect(series.rows.length).toBeLessThanOrEqual(12);
    const values = series.rows.map((row: number[]) => row[1]);
    expect(Math.max(...values)).toBeCloseTo(run.statistics.x0.max, 7);
    expect(Math.min(...values)).toBeCloseTo(run.statistics.x0.min, 7);
  });

  test("cuts the series to a range of time", async () => {
    const { series } = await tools.call("get_run", { run_id: fine, variables: ["x*"], from: 5, to: 5.1 });
    expect(series.rows.map((row: number[]) => row[0])).toHaveLength(11);
    expect(series.rows[0][0]).toBe(5);
    const outside = await tools.fail("get_run", { run_id: fine, variables: ["x0"], from: 30 });
    expect(outside.message).toContain("from 30 s");
  });

  test("checks limits and tells what settled", async () => {
    const { limits, settled } = await tools.call("get_run", {
      run_id: fine,
      limits: { x0: { max: 1.5, min: -5 } },
    });
    expect(limits).toMatchObject([
      { variable: "x0", side: "min", met: true, first_crossing: null },
      { variable: "x0", side: "max", met: false, limit: 1.5, first_crossing: 0 },
    ]);
    expect(limits[1].seconds_beyond).toBeGreaterThan(1);
    expect(settled.x0).toEqual({ settled: false, since: null });
  });

  test("compares two runs: what was asked for, and the curves", async () => {
    const { comparison } = await tools.call("get_run", { run_id: fine, compare_with: coarse });
    const what = comparison.differences.map((one: { what: string }) => one.what);
    expect(what).toEqual(expect.arrayContaining(["setting step_size", "input mu"]));
    expect(what).not.toContain("engine");
    expect(comparison.series.x0.largest).toBeGreaterThan(0.1);
    expect(comparison.series.x0.rms).toBeLessThan(comparison.series.x0.largest);
    const same = await tools.call("get_run", { run_id: fine, compare_with: fine });
    expect(same.comparison).toMatchObject({ differences: [], series: { x0: { largest: 0, rms: 0 } } });
  });

  test("refuses a question about a run where none is named, instead of listing runs", async () => {
    const error = await tools.fail("get_run", { compare_with: fine, plot: true });
    expect(error).toMatchObject({ code: "invalid_argument", remedy: expect.stringContaining("`run_id`") });
    expect(error.message).toContain("compare_with, plot");
  });

  test("says that a plot is of the whole run where a range is named", async () => {
    const { notes } = await tools.call("get_run", { run_id: fine, plot: true, from: 5 });
    expect(notes).toEqual([expect.stringContaining("the whole run")]);
  });

  test("names what it cannot find and the next step", async () => {
    expect((await tools.fail("get_run", { run_id: "run-20200101-aaaaaaaaaa" })).code).toBe("not_found");
    const unknown = await tools.fail("get_run", { run_id: fine, variables: ["x7"] });
    expect(unknown.message).toContain('"x7"');
    expect(unknown.remedy).toContain("x0");
  });
});
