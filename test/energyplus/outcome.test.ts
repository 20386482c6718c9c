import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type BuildingOutcome, readEnergyPlusResult } from "../../src/energyplus/outcome.ts";

/** A result that the Python runner gave once (test/fixtures/energyplus). */
async function readRecorded(name: string): Promise<{ facts: Record<string, unknown> }> {
  return JSON.parse(await readFile(new URL(`../fixtures/energyplus/${name}.json`, import.meta.url), "utf8"));
}

/** The outcome of a recorded result that has the given members instead of its own. */
async function recorded(name: string, members: Record<string, unknown> = {}): Promise<BuildingOutcome> {
  const outcome = readEnergyPlusResult({ ...(await readRecorded(name)), ...members });
  if ("unreadable" in outcome) throw new Error(outcome.unreadable);
  return outcome;
}

test("readEnergyPlusResult keeps metrics, counts and the end of eplusout.err", async () => {
  const outcome = await recorded("small-office-annual");
  expect(outcome).toMatchObject({ status: "success", errors: [] });
  expect(outcome.outputs).toMatchObject({
    simulated_conditioned_area_m2: 511.16,
    window_transmitted_solar_kwh: null,
  });
  expect(outcome.energyplus).toMatchObject({ warning_count: 10, eui_reason: null, hours_simulated: 8760 });
  expect(outcome.logs.at(-1)).toContain("EnergyPlus Completed Successfully");
});

test("readEnergyPlusResult gives no intensity for part of a year, with the hours", async () => {
  const facts = { ...(await readRecorded("small-office-annual")).facts, hours_simulated: 744 };
  const { outputs, energyplus } = await recorded("small-office-annual", { facts });
  expect(outputs.eui_total_kwh_m2_a).toBeNull();
  expect(outputs.site_electricity_kwh).toBeGreaterThan(0);
  expect(energyplus.eui_reason).toContain("744 hours");
});

test("readEnergyPlusResult counts what the end of eplusout.err tells, where a runner counts nothing", async () => {
  const { energyplus } = await recorded("unknown-object", { facts: null, err_messages: null });
  expect(energyplus).toMatchObject({ severe_count: 2, fatal_count: 1, counted_by_energyplus: { severe: 2 } });
  expect(energyplus.counted_in).toContain("last lines");
});

test.each([
  ["EnergyPlus was stopped at its time limit.", "timed_out", "design_day"],
  ["No EnergyPlus is installed: there is none.", "failed_precondition", "deploy_runner"],
  ['The runner has no weather file "a.epw": it has none.', "not_found", "EPW"],
  ["Severe: anything else", "simulation_failed", "model_path"],
])("readEnergyPlusResult finds a remedy for %j", async (error, code, remedy) => {
  const { errors } = await recorded("unknown-object", { errors: [error] });
  expect(errors).toEqual([{ code, message: error, remedy: expect.stringContaining(remedy) }]);
});

test("readEnergyPlusResult says what is not in the form agreed", () => {
  expect(readEnergyPlusResult({ simulation_id: 5 })).toEqual({
    unreadable: expect.stringContaining("simulation_id"),
  });
});
