import * as z from "zod";

/**
 * The contract of the app `energyplus-runner`: what `run_energyplus_simulation` and `cleanup_simulation_outputs` take and
 * return. The Python runner answers it.
 */

/** The keyword arguments that every deployed `run_energyplus_simulation` accepts, whatever its age. */
export const OLD_ENERGYPLUS_ARGUMENTS = [
  "energyplus_payload",
  "weather_file",
  "simulation_id",
  "return_logs",
] as const;

const wireNumber = z.union([z.number(), z.bigint().transform(Number)]);
const notNegative = wireNumber.refine((value) => value >= 0, "must not be negative");
const metric = notNegative.nullish();

/** Name of a folder below `/outputs`. */
const simulationId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);

/** Keyword arguments of `run_energyplus_simulation`: the four old ones, then our additions. */
export const energyPlusArguments = z.strictObject({
  /** A model: epJSON, or its text, or the text of an IDF. */
  energyplus_payload: z.union([z.string(), z.instanceof(Uint8Array), z.record(z.string(), z.unknown())]),
  /** Name of an EPW file, of those the runner has, or of `weather_content`. */
  weather_file: z.string().min(1),
  simulation_id: simulationId.nullish(),
  return_logs: z.boolean().default(true),
  /** True adds the members below `energyPlusResult`'s old ones; false keeps to exactly those. */
  extras: z.boolean().default(false),
  /** The bytes of the EPW file itself. */
  weather_content: z.instanceof(Uint8Array).nullish(),
  /** The volume that the caller counts on; none takes the one that was deployed. */
  use_test_volume: z.boolean().nullish(),
  /** None simulates what the model says. */
  period: z.enum(["annual", "design_day"]).nullish(),
  keep_outputs: z.enum(["summary", "all"]).default("all"),
  /** Wall-clock limit of the simulation in seconds. */
  timeout_seconds: wireNumber.nullish(),
});

/** Site energy, comfort and heat gains of a run in the units their names tell; null where EnergyPlus did not tell one. */
export const siteMetrics = z.object({
  site_electricity_kwh: metric,
  site_natural_gas_kwh: metric,
  site_district_cooling_kwh: metric,
  site_district_heating_kwh: metric,
  site_other_fuels_kwh: metric,
  /** All fuels per conditioned area, in the simulated period. */
  site_eui_kwh_m2: metric,
  heating_energy_kwh: metric,
  cooling_energy_kwh: metric,
  interior_lighting_kwh: metric,
  fans_energy_kwh: metric,
  pumps_energy_kwh: metric,
  water_systems_kwh: metric,
  unmet_heating_hours: metric,
  unmet_cooling_hours: metric,
  peak_electric_demand_w: metric,
  simulated_conditioned_area_m2: metric,
  window_heat_gain_kwh: metric,
  window_heat_loss_kwh: metric,
  window_transmitted_solar_kwh: metric,
});

/** What truly happened. */
export const energyPlusFacts = z.object({
  runner: z.string(),
  /** Of the deploy that the runner came from, where it was given one. */
  deploy_tag: z.string().nullable().default(null),
  /** As EnergyPlus names itself. */
  engine: z.string().nullable(),
  model_version: z.string().nullable(),
  version_match: z.boolean().nullable(),
  volume: z.string(),
  uses_test_volume: z.boolean(),
  exit_code: wireNumber.nullable(),
  /** By the last line of `eplusout.err`. */
  completed_successfully: z.boolean(),
  /** Messages in `eplusout.err`; a recurring one counts once. */
  warning_count: wireNumber,
  severe_count: wireNumber,
  fatal_count: wireNumber,
  hours_simulated: metric,
  total_area_m2: metric,
  /** Site energy per conditioned area and year. */
  eui_conditioned_kwh_m2_a: metric,
  eui_total_kwh_m2_a: metric,
  /** Why the two intensities are null. */
  eui_reason: z.string().nullish(),
});

/** One message of `eplusout.err`, with its continuation lines. */
export const errMessage = z.object({ severity: z.enum(["warning", "severe", "fatal"]), text: z.string() });

const path = z.string().nullish();

/** Result of `run_energyplus_simulation`. Old callers forbid members beyond `invocation_mode`. */
export const energyPlusResult = z.object({
  simulation_id: z.string(),
  status: z.enum(["success", "error"]).default("error"),
  /** Container paths. */
  outputs: z
    .object({ eplusout_sql: path, eplusout_err: path, eplusout_csv: path, eplusout_eso: path })
    .nullish(),
  metrics: z
    .object({ electricity_kwh: metric, natural_gas_kwh: metric, energy_use_intensity_kwh_m2: metric })
    .nullish(),
  logs: z
    .object({ stdout_tail: z.string(), stderr_tail: z.string(), err_tail: z.string() })
    .partial()
    .nullish(),
  weather_file: path,
  output_dir: path,
  energyplus_input_file_path: path,
  energyplus_payload_format: z.enum(["epjson", "idf"]).nullish(),
  errors: z.array(z.string()).default([]),
  messages: z.array(z.string()).default([]),
  /** Of EnergyPlus; -1 where it did not run or its result does not count. */
  energyplus_returncode: wireNumber.default(-1),
  /** Wall-clock seconds of the call in the container. */
  execution_seconds: notNegative.default(0),
  invocation_mode: z.enum(["cli", "python_api"]).default("cli"),
  site_metrics: siteMetrics.nullish(),
  facts: energyPlusFacts.nullish(),
  /** The first of each severity, fatal ones first. */
  err_messages: z.array(errMessage).nullish(),
});

/** Keyword arguments of `cleanup_simulation_outputs`. */
export const cleanupArguments = z.strictObject({
  simulation_id: simulationId,
  missing_ok: z.boolean().default(true),
  use_test_volume: z.boolean().nullish(),
});

/** Result of `cleanup_simulation_outputs`. */
export const cleanupResult = z.object({ simulation_id: z.string(), deleted: z.boolean() });

export type EnergyPlusResult = z.output<typeof energyPlusResult>;
export type ErrMessage = z.output<typeof errMessage>;
