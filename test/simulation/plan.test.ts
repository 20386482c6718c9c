import { describe, expect, test } from "vitest";
import { planRun, type RunRequest } from "../../src/simulation/plan.ts";
import { catchToolError } from "../support/catch-tool-error.ts";
import { planModel } from "../support/plan-model.ts";

const EXPERIMENT = '<DefaultExperiment startTime="0" stopTime="3" tolerance="1e-5" stepSize="0.01"/>\n';

const plan = (request: Partial<RunRequest>, parts: Parameters<typeof planModel>[0] = {}) =>
  planRun(planModel(parts), { inputs: {}, ...request });

describe("planRun", () => {
  test("records what is of causality output, clocks excepted, with units", () => {
    const { outputVariables, units, warnings } = plan({});
    expect(outputVariables).toEqual(["h", "v"]);
    expect(units).toEqual({ h: "m", v: null });
    expect(warnings).toEqual([]);
  });

  test("records what is asked for, each once", () => {
    const { outputVariables, units } = plan({ output_variables: ["temperature", "v", "temperature"] });
    expect(outputVariables).toEqual(["temperature", "v"]);
    expect(units).toEqual({ temperature: "K", v: null });
  });

  test("takes aliases for the variables that they are, and says so", () => {
    const variables = `<Float64 name="u" valueReference="1" causality="input" start="1"><Alias name="a.u"/></Float64>
      <Float64 name="y" valueReference="2" causality="output"><Alias name="a.y"/></Float64>`;
    const { inputs, outputVariables, warnings } = plan(
      { inputs: { "a.u": 2 }, output_variables: ["a.y"] },
      { variables },
    );
    expect(inputs).toEqual({ u: 2 });
    expect(outputVariables).toEqual(["y"]);
    expect(warnings).toEqual(['"a.y" is another name of "y", under which it is recorded']);
    expect(plan({ output_variables: ["a.*"] }, { variables }).outputVariables).toEqual(["u", "y"]);
  });

  test("takes an element of an array by its indices: the others keep their values", () => {
    const given = { "matrix[2,3]": 8, "matrix[1,2]": "10", temperature: 300 };
    const { inputs, inputsApplied, warnings } = plan({ inputs: given });
    expect(inputs).toEqual({ matrix: [0, 10, 0, 0, 0, 8], temperature: 300 });
    expect(inputsApplied).toMatchObject({
      "matrix[2,3]": { value: 8 },
      "matrix[1,2]": { value: 10, given: "10" },
      temperature: { value: 300, unit: "K" },
    });
    expect(warnings).toEqual(['"matrix[1,2]" = 10 lies outside its range -∞ to 9']);
    const whole = plan({ inputs: { "matrix[1,1]": 7, matrix: [1, 2, 3, 4, 5, 6] } });
    expect(whole.inputs).toEqual({ matrix: [7, 2, 3, 4, 5, 6] });
  });

  test("records the array of an element that is asked for", () => {
    const { outputVariables, warnings } = plan({ output_variables: ["matrix[1,2]", "h", "matrix[2,2]"] });
    expect(outputVariables).toEqual(["matrix", "h"]);
    expect(warnings).toEqual(['"matrix[1,2]" is an element of "matrix", which is recorded whole']);
    expect(plan({ output_variables: ["matrix[1,2]", "matrix"] }).warnings).toEqual([]);
  });

  test("warns where there is nothing to record", () => {
    const variables = '<Float64 name="p" valueReference="1" causality="parameter" start="1"/>';
    expect(plan({}, { variables }).warnings.join()).toContain("`output_variables`");
  });

  test("keeps what was given beside what applies", () => {
    const { inputs, inputsApplied, warnings } = plan({
      inputs: { temperature: "200 degC", int_in: 5, mode: "heat" },
    });
    expect(inputs).toEqual({ temperature: 473.15, int_in: 5, mode: 2 });
    expect(inputsApplied).toEqual({
      temperature: { value: 473.15, unit: "K", given: "200 degC" },
      int_in: { value: 5, unit: null },
      mode: { value: 2, unit: null, given: "heat" },
    });
    expect(warnings).toHaveLength(1);
  });

  test("sizes arrays as the saved state that the run starts from holds them", () => {
    const { inputs } = plan({ sizes: new Map([["size", [3]]]), inputs: { sized: [1, 2, 3] } });
    expect(inputs).toEqual({ sized: [1, 2, 3] });
  });

  test("takes the tolerance as given, else of the default experiment, else none", () => {
    expect(plan({ tolerance: 1e-8 }).tolerance).toEqual({ value: 1e-8, from: "given" });
    expect(plan({}, { experiment: EXPERIMENT }).tolerance).toEqual({
      value: 1e-5,
      from: "default experiment",
    });
    expect(plan({}).tolerance).toEqual({ value: null, from: "not set" });
    const zero = '<DefaultExperiment tolerance="0"/>\n';
    expect(plan({}, { experiment: zero }).tolerance).toEqual({ value: null, from: "not set" });
  });

  test("takes times from the default experiment", () => {
    const { times } = plan({ stop_time: 2 }, { experiment: EXPERIMENT });
    expect(times.stop_time).toEqual({ value: 2, from: "given" });
    expect(times.step_size).toEqual({ value: 0.01, from: "default experiment" });
  });
});

describe("planRun refuses", () => {
  test.each<[string, Partial<RunRequest>, RegExp]>([
    [
      "an interface type that is not offered",
      { interface_type: "model_exchange" },
      /does not offer Model Exchange/,
    ],
    ["a solver in Co-Simulation", { solver: "ndf" }, /brings its own solver/],
    [
      "what is set before a start only, where the run starts from a saved state",
      { sizes: new Map(), inputs: { text: "b" } },
      /"text": a run that starts from a saved state takes inputs and tunable parameters only/,
    ],
  ])("%s", async (_, request, message) => {
    const error = await catchToolError(() => plan(request));
    expect(error.code).toBe("invalid_argument");
    expect(error.message).toMatch(message);
    expect(error.remedy).not.toBe("");
  });

  test("an element whose array has a new size, and so no start values, and one that is none", async () => {
    const resized = await catchToolError(() => plan({ inputs: { size: 3, "sized[3]": 1 } }));
    expect(resized.message).toContain('"sized[3]" alone: the other elements of "sized" have no start values');
    expect(resized.remedy).toContain('"sized" as a list of 3 values');
    const restored = await catchToolError(() => plan({ sizes: new Map(), inputs: { "matrix[1,1]": 1 } }));
    expect(restored.message).toContain('the other elements of "matrix" are in the saved state alone');
    const outside = await catchToolError(() => plan({ inputs: { "matrix[3,1]": 1 } }));
    expect(outside.message).toContain('Cannot use "matrix[3,1]" as start value');
    const text = await catchToolError(() => plan({ inputs: { "matrix[1,1]": "x" } }));
    expect(text.message).toContain('Cannot set "matrix[1,1]": it is a Float64');
  });

  test.each<[string, Partial<RunRequest>, RegExp, RegExp]>([
    ["an unknown input", { inputs: { Temprature: 300 } }, /"Temprature" as start value/, /"temperature"/],
    ["an unknown output", { output_variables: ["H"] }, /"H" as output variable/, /"h"/],
    ["a name like no other", { inputs: { zzzzzzzz: 1 } }, /no variable of this name/, /`upload_fmu`/],
    [
      "a clock as output",
      { output_variables: ["tick"] },
      /"tick" as output variable: it is a clock/,
      /out of/,
    ],
    ["no tolerance", { tolerance: 0 }, /tolerance 0/, /`tolerance`/],
    ["a negative tolerance", { tolerance: -1e-6 }, /tolerance -0.000001/, /`tolerance`/],
    ["a constant", { inputs: { g: 1 } }, /"g": it is a constant/, /inputs and parameters/],
    ["a stop before the start", { stop_time: -1 }, /after the start time/, /`stop_time`/],
  ])("%s", async (_, request, message, remedy) => {
    const error = await catchToolError(() => plan(request));
    expect(error.code).toBe("invalid_argument");
    expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
  });
});
