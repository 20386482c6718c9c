import { expect, test } from "vitest";
import { compareRuns } from "../../src/energyplus/compare.ts";
import { runRecord } from "../support/run-records.ts";

const baseline = runRecord({
  outputs: { site_electricity_kwh: 200, site_natural_gas_kwh: 0, heating_energy_kwh: null },
  energyplus: { weather: "a.epw", engine: "25.2.0", period: "annual", hours_simulated: 8760 },
});

test("compareRuns tells difference and percent of what both runs have", () => {
  const run = runRecord({
    outputs: { site_electricity_kwh: 150, site_natural_gas_kwh: 10, heating_energy_kwh: 5 },
    energyplus: { ...baseline.energyplus },
  });
  expect(compareRuns(run, baseline)).toEqual({
    differences: {
      site_electricity_kwh: { baseline: 200, difference: -50, percent: -25 },
      site_natural_gas_kwh: { baseline: 0, difference: 10, percent: null },
    },
    notes: [],
  });
});

test("compareRuns names what beside the model differs", () => {
  const run = runRecord({ energyplus: { ...baseline.energyplus, weather: "b.epw", hours_simulated: 24 } });
  expect(compareRuns(run, baseline).notes).toEqual([
    "The baseline has another weather: a.epw, this run b.epw",
    "The baseline has another hours_simulated: 8760, this run 24",
  ]);
});
