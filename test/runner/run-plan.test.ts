import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { startTestRunner } from "../support/built-in-runner.ts";
import { bundledRunnerChild } from "../support/runner-child.ts";
import { fixturePath } from "../support/simulate-fixture.ts";

const child = bundledRunnerChild();

describe("planRun refuses before the FMU is loaded", () => {
  test.each([
    [
      "an unknown input",
      { inputs: { int_inn: 1 } },
      'Cannot set "int_inn": the model has no such variable. Did you mean "int_in"',
    ],
    [
      "a lossy integer",
      { inputs: { int_in: 5.7 } },
      'Cannot set "int_in": it is of type Int32, and 5.7 is not a whole number.',
    ],
    ["text for an integer", { inputs: { int_in: "abc" } }, 'takes a whole number, not "abc"'],
    ["an integer out of range", { inputs: { int_in: 2 ** 31 } }, "2147483648 is outside the range of Int32"],
    ["a calculated variable", { inputs: { int_out: 1 } }, "it is calculated by the FMU (causality output)"],
    ["the independent variable", { inputs: { time: 1 } }, "it is the independent variable"],
    [
      "an unknown enumeration item",
      { inputs: { enum_in: 7 } },
      "7 is none of its items: 1 (Option 1), 2 (Option 2)",
    ],
    ["an unknown output", { output_variables: ["nope"] }, 'Cannot record "nope"'],
    [
      "stop before start",
      { simulation_config: { start_time: 2, stop_time: 1 } },
      "stop_time 1 s is not after start_time 2 s.",
    ],
    ["a step of no size", { simulation_config: { step_size: 0 } }, "step_size 0 s is not a positive number"],
    ["an interval off the grid", { output_interval: 0.15 }, "output_interval 0.15 s is not a whole multiple"],
    [
      "too many points",
      { simulation_config: { stop_time: 100, step_size: 1e-6 } },
      "100000001 points, and 10000000 is the limit",
    ],
  ])("%s", async (_, kwargs, words) => {
    const { run } = await startTestRunner(child.path);
    const result = await run("feedthrough-2", kwargs);
    expect(result).toEqual({ status: "error", outputs: {}, errors: [expect.stringContaining(words)] });
  });

  test.each([
    ["model-exchange-only-2", "its shared library is none: it is neither an ELF, a PE nor a Mach-O file"],
    ["other-platform-2", "for this machine, Linux x86-64: it has binaries for Windows x86-64"],
    ["absent", "There is no FMU at /fmus/absent.fmu in the container"],
  ])("%s", async (name, words) => {
    const { run } = await startTestRunner(child.path);
    expect((await run(name)).errors).toEqual([expect.stringContaining(words)]);
  });

  test("a library that is none", async () => {
    const { run } = await startTestRunner(child.path);
    expect((await run("not-a-library-2")).errors).toEqual([
      expect.stringContaining("its shared library is none: it is neither an ELF, a PE nor a Mach-O file"),
    ]);
  });

  test("a file whose checksum is not the one asked for", async () => {
    const { call } = await startTestRunner(child.path);
    const wrong = "0".repeat(64);
    const result = await call("run_fmi_simulation", { fmu_storage_key: "crash-2.fmu", fmu_checksum: wrong });
    const actual = createHash("sha256")
      .update(await readFile(fixturePath("crash-2")))
      .digest("hex");
    expect(result).toMatchObject({
      errors: [`The file at /fmus/crash-2.fmu has the sha256 ${actual}, not ${wrong}: upload it again.`],
    });
  });

  test.each([
    [
      { fmu_storage_key: "a.fmu", nope: 1 },
      "TypeError: run_fmi_simulation() got an unexpected keyword argument 'nope'",
    ],
    [{}, "TypeError: run_fmi_simulation() missing 1 required keyword-only argument: 'fmu_storage_key'"],
    [
      { fmu_storage_key: "a.fmu", simulation_config: { tolerance: 1 } },
      "got unexpected keys in 'simulation_config': 'tolerance'",
    ],
  ])("arguments %j", async (kwargs, message) => {
    const { call } = await startTestRunner(child.path);
    await expect(call("run_fmi_simulation", kwargs)).rejects.toThrow(message);
  });
});
