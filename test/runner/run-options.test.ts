import { access } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { encodeInputSeries } from "../../src/fmi/input/encode-input-series.ts";
import { runResult } from "../../src/runner/contract.ts";
import { startTestRunner } from "../support/built-in-runner.ts";
import { bundledRunnerChild } from "../support/runner-child.ts";

const child = bundledRunnerChild();

function wireSeries(
  time: number[],
  name: string,
  values: number[],
  interpolation: "hold" | "linear" = "hold",
) {
  const column = { values: Float64Array.from(values), interpolation };
  return encodeInputSeries({ time: Float64Array.from(time), columns: new Map([[name, column]]) });
}

function floats(bytes: Uint8Array): number[] {
  return [...new Float64Array(new Uint8Array(bytes).buffer)];
}

describe("run_fmi_simulation with input_series", () => {
  test("drives an input over the run", async () => {
    const { run } = await startTestRunner(child.path);
    const result = await run("steps-2", { input_series: wireSeries([0, 0.5, 1], "u", [0, 1, 1]) });
    expect(result.outputs.y).toBeCloseTo(0.5, 12);
  });

  test("makes a triggered Clock tick where its column is not 0, and no other Clock", async () => {
    const { run } = await startTestRunner(child.path);
    const time = [0, 0.25, 0.5, 1];
    const output_variables = ["triggered_ticks"];
    const ticking = await run("clocks-3", {
      ...{ output_variables, input_series: wireSeries(time, "triggered", [0, 1, 1, 0]) },
    });
    expect(ticking.outputs).toEqual({ triggered_ticks: 2 });
    const refused = await run("clocks-3", { input_series: wireSeries(time, "third", [0, 1, 1, 0]) });
    expect(refused.errors).toEqual(['Cannot set "third" over time: it is a Clock that ticks by itself.']);
  });

  test.each([
    ["a series shorter than the run", wireSeries([0, 0.5], "u", [0, 1]), "it covers model time 0 s to 0.5 s"],
    ["a variable that is none", wireSeries([0, 1], "uu", [0, 1]), 'no such variable. Did you mean "u"'],
    ["a fixed parameter", wireSeries([0, 1], "most", [0, 1]), "it is a fixed parameter"],
    [
      "a jump between the points of a constant step",
      wireSeries([0, 0.55, 1], "u", [0, 1, 1]),
      '"u" jumps at 0.55 s, between two communication points',
    ],
  ])("refuses %s", async (_, input_series, words) => {
    const { run } = await startTestRunner(child.path);
    expect((await run("constant-step-2", { input_series })).errors).toEqual([expect.stringContaining(words)]);
  });
});

describe("run_fmi_simulation with check_step", () => {
  test("reports how much each output changes at half the step", async () => {
    const { run } = await startTestRunner(child.path);
    const input_series = wireSeries([0, 1], "u", [0, 1], "linear");
    const result = await run("constant-step-2", { input_series, check_step: true });
    expect(runResult.parse(result)).toBeTruthy();
    // Held over each step: y(1) = 0.45 at a step of 0.1 s, 0.475 at 0.05 s.
    expect(result.step_check).toMatchObject({ step_size: 0.05, variables: { y: { time: 1 } } });
    expect(result.step_check?.variables.y?.difference).toBeCloseTo(0.025, 12);
    expect(result.step_check?.variables.y?.relative).toBeCloseTo(0.025 / 0.45, 12);
    expect(result.outputs.y).toBeCloseTo(0.45, 12);
  });

  test("refuses an adaptive solver, whose steps are its own", async () => {
    const { run } = await startTestRunner(child.path);
    const kwargs = { interface_type: "model_exchange", check_step: true };
    expect((await run("example-van-der-pol", kwargs)).errors).toEqual([
      expect.stringContaining("an adaptive solver chooses its own"),
    ]);
  });
});

describe("run_fmi_simulation with save_state and initial_state", () => {
  test("goes on from where another run ended, in a process of its own", async () => {
    const { run } = await startTestRunner(child.path);
    const whole = await run("steps-2", { inputs: { u: 1 } });
    const first = await run("steps-2", {
      ...{ inputs: { u: 1 }, simulation_config: { stop_time: 0.5 }, save_state: true },
    });
    const second = await run("steps-2", { initial_state: first.state });
    expect(second.facts).toMatchObject({ start_time: 0.5, stop_time: 1 });
    expect(second.outputs).toEqual(whole.outputs);
  });

  test.each([
    [
      "the state of an FMU without one",
      "constant-step-2",
      { save_state: true },
      "canGetAndSetFMUState is false",
    ],
    ["FMI 1.0", "example-bouncing-ball-fmi1-cs", { save_state: true }, "FMI 1.0 has no FMU state"],
    ["bytes that are no state", "steps-2", { initial_state: new Uint8Array(9) }, "its bytes are not those"],
  ])("refuses %s", async (_, fmu, kwargs, words) => {
    const { run } = await startTestRunner(child.path);
    expect((await run(fmu, kwargs)).errors).toEqual([expect.stringContaining(words)]);
  });

  test("refuses the state of another FMU, another start time and fixed parameters", async () => {
    const { run } = await startTestRunner(child.path);
    const { state } = await run("steps-2", { save_state: true, simulation_config: { stop_time: 0.5 } });
    const other = await run("example-van-der-pol", { initial_state: state });
    expect(other.errors).toEqual([expect.stringContaining("it is that of another FMU")]);
    const late = await run("steps-2", { initial_state: state, simulation_config: { start_time: 0.7 } });
    expect(late.errors).toEqual([expect.stringContaining("it was saved at 0.5 s")]);
    const fixed = await run("steps-2", { initial_state: state, inputs: { most: 1 } });
    expect(fixed.errors).toEqual([expect.stringContaining("inputs and tunable parameters only")]);
  });
});

describe("run_fmi_simulation with files", () => {
  test("writes each into the run's own folder and sets the parameter to its path", async () => {
    const { run, workDir } = await startTestRunner(child.path);
    const bytes = new TextEncoder().encode("time,T_out\n");
    const result = await run("example-feedthrough", {
      files: { string_in: { name: "../weather data.csv", bytes } },
      output_variables: ["string_out"],
    });
    const path = String(result.outputs.string_out);
    expect(path.startsWith(workDir)).toBe(true);
    expect(path).toMatch(/weather data\.csv$/);
    expect(path).not.toContain("..");
    // It goes with the run, in the background.
    const isThere = () =>
      access(path).then(
        () => true,
        () => false,
      );
    await expect.poll(isThere).toBe(false);
  });

  test("refuses a variable that is no String", async () => {
    const { run } = await startTestRunner(child.path);
    const files = { int_in: { name: "a", bytes: new Uint8Array() } };
    expect((await run("example-feedthrough", { files })).errors).toEqual([
      expect.stringContaining("it is no String"),
    ]);
  });
});

describe("run_fmi_simulation with debug", () => {
  test("keeps every scalar up to the first value that is not finite", async () => {
    const { run } = await startTestRunner(child.path);
    const { debug } = await run("not-a-number-3", { debug: true, output_interval: 0.5 });
    expect(debug?.rows).toBe(51);
    expect(floats(debug!.time).at(-1)).toBeCloseTo(0.5, 12);
    expect(floats(debug!.variables.ramp!.values).at(-2)).toBeCloseTo(0.49, 12);
    expect(floats(debug!.variables.ramp!.values).at(-1)).toBeNaN();
    expect(Object.keys(debug!.variables)).toEqual(expect.arrayContaining(["at", "ramp"]));
  });

  test("keeps them up to a crash, the last 100 points at most", async () => {
    const { run } = await startTestRunner(child.path);
    const { debug } = await run("crash-2", {
      debug: true,
      inputs: { at: 2 },
      simulation_config: { stop_time: 3 },
    });
    expect(debug?.rows).toBe(100);
    expect(floats(debug!.time).at(-1)).toBeCloseTo(1.99, 12);
  });

  test("has nothing to show where all went well", async () => {
    const { run } = await startTestRunner(child.path);
    expect((await run("steps-2", { debug: true })).debug).toBeNull();
  });
});

describe("run_fmi_simulation's output_variables", () => {
  test("takes patterns", async () => {
    const { run } = await startTestRunner(child.path);
    const result = await run("example-feedthrough", { output_variables: ["int*_out", "array_out"] });
    expect(Object.keys(result.outputs)).toEqual([
      ...["int_out", "int8_out", "int16_out", "int64_out", "array_out"],
    ]);
  });

  test("says that a pattern fits nothing", async () => {
    const { run } = await startTestRunner(child.path);
    expect((await run("steps-2", { output_variables: ["z*"] })).errors).toEqual([
      'Cannot record "z*": no variable\'s name is like that.',
    ]);
  });

  test("Strings and Binaries come as lists, one value for each recorded point", async () => {
    const { run } = await startTestRunner(child.path);
    const { series } = await run("example-feedthrough", {
      inputs: { string_in: "a" },
      output_variables: ["string_out", "binary_out"],
    });
    expect(series?.lists?.string_out).toEqual({ type: "String", values: Array(21).fill("a") });
    expect(series?.lists?.binary_out?.values).toHaveLength(21);
  });

  test("texts as they are, in every script, and none at all where they come to more than 1 MiB", async () => {
    const { run } = await startTestRunner(child.path);
    const runWith = (string_in: string) =>
      run("feedthrough-3", { inputs: { string_in }, output_variables: ["string_out"] });
    const text = 'größer, "日本" 🙂';
    expect((await runWith(text)).series?.lists?.string_out?.values).toEqual(Array(21).fill(text));
    const { series, messages } = await runWith("x".repeat(60_000));
    expect(series).toMatchObject({ rows: 21 });
    expect(series?.lists).toBeUndefined();
    expect(messages).toEqual([expect.stringMatching(/^Warning: the series is without Strings .* 1 MiB/)]);
  });
});

describe("run_fmi_simulation's interface_type", () => {
  test("is Co-Simulation unless Model Exchange is asked for", async () => {
    const { run } = await startTestRunner(child.path);
    const own = await run("example-van-der-pol");
    expect(own.facts).toMatchObject({ interface_type: "co_simulation", solver: null });
    const ours = await run("example-van-der-pol", {
      interface_type: "model_exchange",
      solver: "dormand-prince",
    });
    expect(ours.facts).toMatchObject({ interface_type: "model_exchange", solver: "dormand-prince" });
    expect(Number(ours.outputs.x0)).toBeCloseTo(Number(own.outputs.x0), 3);
  });

  test.each([
    ["a solver in Co-Simulation", "steps-2", { solver: "ndf" }, "The FMU brings its own solver"],
    [
      "an interface that the FMU lacks",
      "steps-2",
      { interface_type: "model_exchange" },
      'it does not offer Model Exchange, only Co-Simulation. Give interface_type "co_simulation"',
    ],
    ["Scheduled Execution", "scheduled-execution-3", {}, "it is for Scheduled Execution only"],
  ])("refuses %s", async (_, fmu, kwargs, words) => {
    const { run } = await startTestRunner(child.path);
    expect((await run(fmu, kwargs)).errors).toEqual([expect.stringContaining(words)]);
  });
});

test("run_fmi_simulation sizes arrays by structural parameters", async () => {
  const { run } = await startTestRunner(child.path);
  const result = await run("event-mode-3", {
    inputs: { n: 3, x: [1, 2, 3] },
    output_variables: ["sum", "x"],
  });
  expect(result.outputs).toEqual({ sum: 6, x: [1, 2, 3] });
  expect(Object.keys(result.statistics ?? {})).toEqual(["sum", "x[1]", "x[2]", "x[3]"]);
  const wrong = await run("event-mode-3", { inputs: { n: 3, x: [1, 2] } });
  expect(wrong.errors).toEqual(['Cannot set "x": it has 3 elements, and 2 were given.']);
});
