import { describe, expect, test } from "vitest";
import { OLD_RUN_ARGUMENTS } from "../../src/runner/contract.ts";
import { callArguments } from "../../src/simulation/call-arguments.ts";
import { planRun, type RunRequest } from "../../src/simulation/plan.ts";
import { catchToolError } from "../support/catch-tool-error.ts";
import { fakeFunction } from "../support/fake-modal.ts";
import { planModel } from "../support/plan-model.ts";

const CHECKSUM = "a".repeat(64);
const OLD = fakeFunction();
const NEW = fakeFunction({
  arguments: [...OLD_RUN_ARGUMENTS, "extras", "tolerance", "output_interval", "timeout_seconds"],
});
const WITH_TOLERANCE = '<DefaultExperiment stopTime="3" tolerance="1e-5"/>\n';

function args(fn = OLD, request: Partial<RunRequest> = {}, experiment = "") {
  const plan = planRun(planModel({ experiment }), { inputs: {}, ...request });
  const options = { checksum: CHECKSUM, useTestVolume: true, returnLogs: false, timeoutSeconds: 60 };
  return callArguments(fn, plan, options);
}

describe("callArguments for a function without a schema", () => {
  test("sends exactly the eight old arguments, and three keys of simulation_config", () => {
    const { kwargs } = args(OLD, { inputs: { int_in: 5 }, start_time: 1, stop_time: 2, step_size: 0.5 });
    expect(kwargs).toEqual({
      fmu_storage_key: `${CHECKSUM}.fmu`,
      fmu_url: null,
      fmu_checksum: CHECKSUM,
      use_test_volume: true,
      inputs: { int_in: 5 },
      simulation_config: { start_time: 1, stop_time: 2, step_size: 0.5 },
      output_variables: ["h", "v"],
      return_logs: false,
    });
  });

  test("says what is left out that the caller did not ask for", () => {
    const { kwargs, warnings } = args(OLD, {}, WITH_TOLERANCE);
    expect(Object.keys(kwargs).sort()).toEqual([...OLD_RUN_ARGUMENTS].sort());
    expect(warnings.join("\n")).toContain("no statistics");
    expect(warnings.join("\n")).toContain("tolerance 0.00001 (default experiment) was not sent");
  });

  test.each([{ tolerance: 1e-6 }, { output_interval: 0.5, step_size: 0.1 }])(
    "refuses %j",
    async (request) => {
      const error = await catchToolError(() => args(OLD, request));
      expect(error.code).toBe("failed_precondition");
      expect(error.message).toContain(`\`${Object.keys(request)[0]}\``);
      expect(error.remedy).toContain("`deploy_runner`");
    },
  );
});

describe("callArguments for a function with a schema", () => {
  test("adds what it accepts", () => {
    const { kwargs, warnings } = args(NEW, { tolerance: 1e-6, output_interval: 0.5, step_size: 0.1 });
    expect(kwargs).toMatchObject({
      extras: true,
      tolerance: 1e-6,
      output_interval: 0.5,
      timeout_seconds: 60,
    });
    expect(warnings).toEqual([]);
  });

  test("sends no output interval and no tolerance where nobody asked for one", () => {
    const { kwargs } = args(NEW);
    expect(Object.keys(kwargs)).not.toContain("output_interval");
    expect(Object.keys(kwargs)).not.toContain("tolerance");
  });

  test("sends the default experiment's tolerance", () => {
    expect(args(NEW, {}, WITH_TOLERANCE).kwargs.tolerance).toBe(1e-5);
  });

  test("refuses just the one that it lacks", async () => {
    const some = fakeFunction({ arguments: [...OLD_RUN_ARGUMENTS, "extras", "tolerance"] });
    expect(args(some, { tolerance: 1e-6 }).kwargs).toMatchObject({ tolerance: 1e-6, extras: true });
    const error = await catchToolError(() => args(some, { output_interval: 1, step_size: 1, stop_time: 2 }));
    expect(error).toMatchObject({ code: "failed_precondition" });
  });
});

describe("callArguments with additions", () => {
  const plan = { ...planRun(planModel(), { inputs: {} }), additions: { solver: "ndf", debug: true } };
  const request = { checksum: CHECKSUM, useTestVolume: true, returnLogs: false, timeoutSeconds: 60 };

  test("sends what the function accepts", () => {
    const fn = fakeFunction({ arguments: [...OLD_RUN_ARGUMENTS, "extras", "solver", "debug"] });
    expect(callArguments(fn, plan, request).kwargs).toMatchObject({ solver: "ndf", debug: true });
  });

  test("refuses what it does not, by the name that the tool's argument has", async () => {
    const fn = fakeFunction({ arguments: [...OLD_RUN_ARGUMENTS, "solver"] });
    const error = await catchToolError(() => callArguments(fn, plan, request));
    expect(error).toMatchObject({ code: "failed_precondition", message: expect.stringContaining("`debug`") });
    const state = { ...plan, additions: { initial_state: new Uint8Array(1) } };
    const other = await catchToolError(() => callArguments(OLD, state, request));
    expect(other.message).toContain("`start_from_run`");
  });
});
