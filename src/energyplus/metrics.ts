import type { EnergyPlusResult } from "../runner/energyplus-contract.ts";

/** The unit of each metric that a run may bring; names are the contract's. */
export const METRIC_UNITS: Readonly<Record<string, string>> = {
  site_electricity_kwh: "kWh",
  site_natural_gas_kwh: "kWh",
  site_district_cooling_kwh: "kWh",
  site_district_heating_kwh: "kWh",
  site_other_fuels_kwh: "kWh",
  site_eui_kwh_m2: "kWh/m2",
  heating_energy_kwh: "kWh",
  cooling_energy_kwh: "kWh",
  interior_lighting_kwh: "kWh",
  fans_energy_kwh: "kWh",
  pumps_energy_kwh: "kWh",
  water_systems_kwh: "kWh",
  unmet_heating_hours: "h",
  unmet_cooling_hours: "h",
  peak_electric_demand_w: "W",
  simulated_conditioned_area_m2: "m2",
  total_area_m2: "m2",
  window_heat_gain_kwh: "kWh",
  window_heat_loss_kwh: "kWh",
  window_transmitted_solar_kwh: "kWh",
  eui_conditioned_kwh_m2_a: "kWh/(m2.a)",
  eui_total_kwh_m2_a: "kWh/(m2.a)",
};

/** Hours of a year and of a leap year. */
const FULL_YEARS = [8760, 8784];

/** The metrics of a result by name, null where it does not tell one, and why an intensity per year is null. */
export function readMetrics(result: EnergyPlusResult): {
  metrics: Record<string, number | null>;
  euiReason: string | null;
} {
  const { facts, site_metrics: site, metrics: old } = result;
  const told: Record<string, number | null | undefined> = {
    site_electricity_kwh: old?.electricity_kwh,
    site_natural_gas_kwh: old?.natural_gas_kwh,
    site_eui_kwh_m2: old?.energy_use_intensity_kwh_m2,
    ...site,
    total_area_m2: facts?.total_area_m2,
    eui_conditioned_kwh_m2_a: facts?.eui_conditioned_kwh_m2_a,
    eui_total_kwh_m2_a: facts?.eui_total_kwh_m2_a,
  };
  const euiReason = whyNoIntensity(result);
  // EnergyPlus's tables leave design days out: a run of these alone has zeros in them, for nothing was counted.
  const isUncounted = facts?.hours_simulated === 0;
  const isTold = (name: string) =>
    name.startsWith("eui_") ? euiReason === null : !isUncounted || /_(area_m2|hours)$/.test(name);
  const entries = Object.keys(METRIC_UNITS).map(
    (name) => [name, isTold(name) ? finiteOrNull(told[name]) : null] as const,
  );
  return { metrics: Object.fromEntries(entries), euiReason };
}

/** An intensity per year is none where the simulated time is no full year. */
function whyNoIntensity({ facts, status }: EnergyPlusResult): string | null {
  if (status !== "success") return "The run did not succeed.";
  const hours = facts?.hours_simulated;
  if (hours === undefined || hours === null)
    return facts?.eui_reason ?? "The runner does not tell how many hours it simulated.";
  if (hours === 0)
    return "The run is no full year: only design days were simulated, which EnergyPlus does not count as energy.";
  if (!FULL_YEARS.includes(hours)) return `The run is no full year: ${hours} hours were simulated.`;
  return facts?.eui_reason ?? null;
}

function finiteOrNull(value: number | null | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
