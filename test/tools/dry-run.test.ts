import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeFmuFile } from "../support/fmu-file.ts";
import { makeHome } from "../support/home.ts";
import { fixture, startToolClient, type ToolClient } from "../support/tool-client.ts";

const FMU = fixture("feedthrough-2.fmu");

let home: Awaited<ReturnType<typeof makeHome>>;
let tools: ToolClient;

beforeEach(async () => {
  home = await makeHome();
  tools = await startToolClient(home.path);
});

afterEach(async () => {
  await tools.close();
  await home.remove();
});

const records = async () => (await readdir(join(home.path, "runs"))).filter((name) => name.endsWith(".json"));

describe("run_fmi_simulation with dry_run", () => {
  test("tells what a run of a local file would do, and uploads, keeps and runs nothing", async () => {
    const args = { path: FMU, inputs: { int_in: 5 }, stop_time: 3, dry_run: true };
    const result = await tools.call("run_fmi_simulation", args);
    expect(result).toMatchObject({
      status: "dry_run",
      fmu: { checksum: expect.stringMatching(/^[0-9a-f]{64}$/), file_name: "feedthrough-2.fmu" },
      settings: { stop_time: { value: 3, from: "given" } },
      inputs_applied: { int_in: { value: 5 } },
      outputs: {},
      record_file: null,
      estimate: { container_seconds: null, from_runs: 0 },
      volume: "fmi-cache",
    });
    expect(await records()).toEqual([]);
    const listed = await tools.fail("list_volume");
    expect(listed.code).toBe("not_found");
  });

  test("quotes a model's own name, and cuts it where it is long", async () => {
    const path = await writeFmuFile(home.path, "long.fmu", "N".repeat(100_000));
    const { content, structuredContent } = await tools.client.callTool({
      name: "run_fmi_simulation",
      arguments: { path, dry_run: true },
    });
    expect(structuredContent).toMatchObject({ fmu: { model_name: expect.stringMatching(/^N{199}…$/) } });
    expect(content).toMatchObject([{ text: expect.stringMatching(/^Nothing was run: "N{199}…"\. /) }]);
  });

  test("estimates the time from earlier runs of the FMU", async () => {
    const run = await tools.call("run_fmi_simulation", { path: FMU });
    const { estimate } = await tools.call("run_fmi_simulation", {
      fmu_checksum: run.fmu.checksum,
      dry_run: true,
    });
    expect(estimate).toEqual({ container_seconds: run.seconds.running, from_runs: 1 });
    expect(await records()).toHaveLength(1);
  });

  test("finds an input that jumps where steps of one size cannot be cut", async () => {
    const inline = { time: [0, 0.55, 1], columns: { u: [0, 1, 1] } };
    const input_series = { inline, interpolation: { u: "hold" } };
    const args = { path: fixture("constant-step-2.fmu"), input_series, dry_run: true };
    expect(await tools.fail("run_fmi_simulation", args)).toMatchObject({
      code: "invalid_argument",
      message: expect.stringMatching(/"u" over time: it jumps at 0.55 s, between two communication points/),
      remedy: expect.stringContaining("`step_size` of 0.05 s"),
    });
    expect((await tools.call("run_fmi_simulation", { ...args, step_size: 0.05 })).status).toBe("dry_run");
  });

  test("says where inputs and input_series give one variable", async () => {
    const inline = { time: [0, 1], columns: { u: [1, 2] } };
    const args = { path: fixture("steps-2.fmu"), inputs: { u: 3 }, input_series: { inline }, dry_run: true };
    const { warnings } = await tools.call("run_fmi_simulation", args);
    expect(warnings).toEqual(['"u" is given by `inputs` and by `input_series`: the series counts']);
  });

  test("finds what a run would be refused for", async () => {
    const error = await tools.fail("run_fmi_simulation", {
      path: FMU,
      inputs: { nonsense: 1 },
      dry_run: true,
    });
    expect(error).toMatchObject({ code: "invalid_argument", message: expect.stringContaining("nonsense") });
  });
});
