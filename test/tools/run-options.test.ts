import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeHome } from "../support/home.ts";
import { fixture, startToolClient, type ToolClient } from "../support/tool-client.ts";

const example = (name: string) => fileURLToPath(new URL(`../../examples/${name}.fmu`, import.meta.url));

describe("run_fmi_simulation", () => {
  let tools: ToolClient;
  let home: Awaited<ReturnType<typeof makeHome>>;

  beforeAll(async () => {
    home = await makeHome();
    tools = await startToolClient(home.path);
  });
  afterAll(async () => {
    await tools.close();
    await home.remove();
  });

  const run = (args: Record<string, unknown>) => tools.call("run_fmi_simulation", args);

  test("input_series: inline columns with units drive inputs, and the result says how they were read", async () => {
    const result = await run({
      path: example("server-room"),
      stop_time: 3600,
      input_series: { inline: { time: [0, 3600], columns: { "heat_load [kW]": [10, 12] } } },
    });
    expect(result.status).toBe("success");
    expect(result.input_notes).toEqual([expect.stringContaining("kW converted to W")]);
  });

  test("input_series: a series shorter than the run prevents it", async () => {
    const error = await tools.fail("run_fmi_simulation", {
      path: example("server-room"),
      stop_time: 3600,
      input_series: { inline: { time: [0, 60], columns: { heat_load: [1, 2] } } },
    });
    expect(error).toMatchObject({ code: "out_of_range" });
  });

  test("input_series: a value of no type that a column takes is named, with what it takes", async () => {
    const inline = { time: [0, 1], columns: { heat_load: [1, null] } };
    const error = await tools.fail("run_fmi_simulation", {
      path: example("server-room"),
      input_series: { inline },
    });
    expect(error.message).toContain(
      '"input_series.inline.columns.heat_load.1": expected number or boolean or string',
    );
    expect(error.remedy).toBe("Correct what is named, and call `run_fmi_simulation` again.");
    const unknown = await tools.fail("run_fmi_simulation", { path: example("server-room"), stoptime: 1 });
    expect(unknown.remedy).toContain("with arguments from: fmu_checksum, path");
  });

  test("save_state, then start_from_run: the second run starts where the first ended", async () => {
    const path = example("clock-controller");
    const first = await run({ path, stop_time: 2, save_state: true });
    expect((await readFile(first.state_file)).length).toBeGreaterThan(100);
    const second = await run({ path, stop_time: 4, start_from_run: first.run_id });
    expect(second.settings.start_time.value).toBe(2);
    const whole = await run({ path, stop_time: 4 });
    expect(second.outputs).toEqual(whole.outputs);
    const other = { path, start_from_run: first.run_id, interface_type: "model_exchange" };
    expect((await tools.fail("run_fmi_simulation", other)).code).toBe("invalid_argument");
    const unsaved = await tools.fail("run_fmi_simulation", { path, start_from_run: whole.run_id });
    expect(unsaved).toMatchObject({
      code: "failed_precondition",
      remedy: expect.stringContaining("`save_state: true`"),
    });
  });

  test("check_step: the largest change of each output at half the step", async () => {
    const result = await run({ path: example("van-der-pol"), stop_time: 1, check_step: true });
    expect(result.step_check).toMatchObject({
      step_size: 0.005,
      variables: { x0: { time: expect.any(Number) } },
    });
  });

  test("debug: a CSV file of every scalar before the value that is not finite", async () => {
    const result = await run({ path: fixture("not-a-number-3.fmu"), debug: true });
    const rows = (await readFile(result.debug_file, "utf8")).trimEnd().split("\r\n");
    expect(rows[0]).toBe("time [s],time,at,ramp [s],lines");
    expect(rows.at(-1)).toMatch(/^0\.5,0\.5,0\.5,NaN,1$/);
  });

  test("files: a String parameter takes the path of what was sent along", async () => {
    const path = join(home.path, "weather.csv");
    await writeFile(path, "time,T_out\n");
    const args = { path: example("feedthrough"), output_variables: ["string_*out"] };
    const result = await run({ ...args, files: { string_in: path } });
    expect(result.outputs.string_out).toMatch(/files.0.weather\.csv$/);
    const error = await tools.fail("run_fmi_simulation", { ...args, files: { int_in: path } });
    expect(error.message).toContain("it is of type Int32, not a String");
  });

  test("interface_type and solver: Model Exchange by the solver asked for", async () => {
    const args = { path: example("van-der-pol"), interface_type: "model_exchange", solver: "ndf" };
    expect((await run(args)).facts).toMatchObject({ interface_type: "model_exchange", solver: "ndf" });
  });

  test("structural parameters size arrays, start values included", async () => {
    const result = await run({
      path: fixture("event-mode-3.fmu"),
      inputs: { n: 3, x: [1, 2, 3] },
      output_variables: ["sum"],
    });
    expect(result.outputs).toEqual({ sum: 6 });
  });
});
