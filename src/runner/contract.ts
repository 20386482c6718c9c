import * as z from "zod";
import { encodedInputSeries } from "../inputs/input-series-schema.ts";

/**
 * The contract of the app `fmi-runner`: what `run_fmi_simulation` and `probe_fmu` take and return.
 * The built-in runner answers it here; the Python runner answers the same one on Modal.
 */

/** Name of the runner app for FMUs. */
export const FMI_RUNNER_APP = "fmi-runner";

/** The keyword arguments that every deployed `run_fmi_simulation` accepts, whatever its age. */
export const OLD_RUN_ARGUMENTS = [
  "fmu_storage_key",
  "fmu_url",
  "fmu_checksum",
  "use_test_volume",
  "inputs",
  "simulation_config",
  "output_variables",
  "return_logs",
] as const;

/** A value on the wire: 64-bit integers beyond 2^53 travel as bigint, arrays in row-major order. */
export type WireValue = number | bigint | boolean | string | Uint8Array | WireValue[];

const wireValue: z.ZodType<WireValue> = z.lazy(() =>
  z.union([
    z.number(),
    z.nan(),
    z.literal(Number.POSITIVE_INFINITY),
    z.literal(Number.NEGATIVE_INFINITY),
    z.bigint(),
    z.boolean(),
    z.string(),
    z.instanceof(Uint8Array),
    z.array(wireValue),
  ]),
);

const wireNumber = z.union([z.number(), z.bigint().transform(Number)]);

/** `simulation_config`: times in seconds. All optional; three keys and no more. */
export const simulationConfig = z.strictObject({
  start_time: wireNumber.optional(),
  stop_time: wireNumber.optional(),
  step_size: wireNumber.optional(),
});

/** Ways to integrate a Model Exchange FMU. */
export const solverName = z.enum(["automatic", "dormand-prince", "ndf", "euler", "rk4"]);

export const interfaceType = z.enum(["co_simulation", "model_exchange"]);

/** A file that the FMU reads, sent along with the run. */
const sentFile = z.strictObject({ name: z.string().min(1).max(255), bytes: z.instanceof(Uint8Array) });

/** The most bytes of all files of a run, and of a saved state. */
export const MOST_SENT_BYTES = 64 * 1024 * 1024;

/** Keyword arguments of `run_fmi_simulation`: the eight old ones, then our additions. */
export const runArguments = z.strictObject({
  fmu_storage_key: z.string().min(1),
  fmu_url: z.string().nullish(),
  fmu_checksum: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullish(),
  use_test_volume: z.boolean().default(false),
  /** Start values by native variable name, in the variable's own unit. */
  inputs: z.record(z.string(), wireValue).default({}),
  simulation_config: simulationConfig.default({}),
  /** Native variable names, or patterns with `*`; empty means every variable of causality output. */
  output_variables: z.array(z.string()).default([]),
  return_logs: z.boolean().default(false),
  /** True adds the members below `runResult`'s old ones; false keeps to exactly those. */
  extras: z.boolean().default(false),
  /** Relative tolerance handed to the FMU. */
  tolerance: wireNumber.nullish(),
  /** Seconds between recorded points: a whole multiple of the communication step size. */
  output_interval: wireNumber.nullish(),
  /** Wall-clock limit of the simulation in seconds. */
  timeout_seconds: wireNumber.nullish(),
  /** Inputs over time, in each variable's own unit. */
  input_series: encodedInputSeries.nullish(),
  /** Files by the String parameter that is set to their path in the container. */
  files: z.record(z.string(), sentFile).nullish(),
  /** Model Exchange only. */
  solver: solverName.nullish(),
  /** Co-Simulation unless given, where the FMU has both. */
  interface_type: interfaceType.nullish(),
  /** True repeats the run at half the communication step and adds `step_check`. */
  check_step: z.boolean().default(false),
  /** True turns the FMU's logging on and adds `debug` where the run fails or a value is not finite. */
  debug: z.boolean().default(false),
  /** True adds `state`, the FMU's state at the end. */
  save_state: z.boolean().default(false),
  /** The `state` of an earlier run of the same FMU, from whose time this one starts. */
  initial_state: z.instanceof(Uint8Array).nullish(),
});

/** Statistics of one recorded scalar over the whole run, at full resolution. Non-finite samples are counted, not averaged. */
export const variableStatistics = z.object({
  min: z.number().nullable(),
  min_time: z.number().nullable(),
  max: z.number().nullable(),
  max_time: z.number().nullable(),
  /** Mean over time by the trapezoidal rule; the value itself for a run of no length. */
  mean: z.number().nullable(),
  final: wireNumber.nullable(),
  non_finite_count: z.number(),
  first_non_finite_time: z.number().nullable(),
});

/** What truly happened: the settings that applied, the engine, and how the run ended. */
export const runFacts = z.object({
  fmi_version: z.string(),
  interface_type: interfaceType,
  /** Model Exchange: how it was integrated. */
  solver: z.string().nullable(),
  start_time: z.number(),
  stop_time: z.number(),
  step_size: z.number(),
  output_interval: z.number(),
  tolerance: z.number().nullable(),
  steps: z.number(),
  /** Model time of the last successful communication point, s. */
  time_reached: z.number(),
  end: z.enum(["completed", "terminated_by_fmu", "failed", "timed_out", "cancelled"]),
  partial: z.boolean(),
  engine: z.string(),
  platform: z.string(),
  /** Wall-clock seconds of the simulation inside its process. */
  seconds: z.number(),
  /** Of the deploy that the runner came from, where it was given one. */
  deploy_tag: z.string().nullable().default(null),
});

/** Recorded columns as little-endian float64 bytes of equal length; `rows` values each. Booleans are 0 or 1. */
export const runSeries = z.object({
  rows: z.number(),
  /** Every n-th recorded point was kept for transport; 1 means all. The last point is always kept. */
  thinned_by: z.number(),
  time: z.instanceof(Uint8Array),
  variables: z.record(z.string(), z.object({ type: z.string(), values: z.instanceof(Uint8Array) })),
  /** Strings and Binaries at every recorded point, where they are small and nothing is thinned. */
  lists: z.record(z.string(), z.object({ type: z.string(), values: z.array(wireValue) })).nullish(),
});

/** How much the recorded outputs change where the communication step is half as long. */
export const stepCheck = z.object({
  /** Of the second run, s. */
  step_size: z.number(),
  variables: z.record(
    z.string(),
    z.object({
      /** The largest difference at a recorded point. */
      difference: z.number(),
      time: z.number(),
      /** Of the range (max - min) in the first run; null where that is 0. */
      relative: z.number().nullable(),
    }),
  ),
});

/** Every scalar variable over the last points before something went wrong; columns as in `runSeries`. */
export const debugSeries = z.object({
  rows: z.number(),
  time: z.instanceof(Uint8Array),
  variables: z.record(z.string(), z.object({ type: z.string(), values: z.instanceof(Uint8Array) })),
});

/** Result of `run_fmi_simulation`. Old callers forbid members beyond the first three. */
export const runResult = z.object({
  status: z.enum(["success", "error"]),
  /** Final value of each output variable by native name; arrays as lists. */
  outputs: z
    .record(z.string(), wireValue.nullable())
    .nullish()
    .transform((outputs) => outputs ?? {}),
  errors: z
    .array(z.string())
    .nullish()
    .transform((errors) => errors ?? []),
  logs: z.array(z.string()).nullish(),
  messages: z.array(z.string()).nullish(),
  execution_seconds: z.number().nullish(),
  statistics: z.record(z.string(), variableStatistics).nullish(),
  facts: runFacts.nullish(),
  series: runSeries.nullish(),
  step_check: stepCheck.nullish(),
  debug: debugSeries.nullish(),
  /** For `initial_state` of another run. */
  state: z.instanceof(Uint8Array).nullish(),
});

/** Keyword arguments of `probe_fmu`. */
export const probeArguments = z.strictObject({
  fmu_storage_key: z.string().min(1),
  fmu_url: z.string().nullish(),
  fmu_checksum: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullish(),
  use_test_volume: z.boolean().default(false),
  return_logs: z.boolean().default(false),
});

/** Result of `probe_fmu`; exactly these members. A failure lists no variables. */
export const probeResult = z.object({
  status: z.enum(["success", "error"]),
  variables: z.array(
    z.object({
      name: z.string(),
      causality: z.string(),
      variability: z.string().nullable(),
      value_reference: z.number(),
      /** As the FMU's own version of FMI spells it: `Real` in FMI 2.0, `Float64` in FMI 3.0. */
      value_type: z.string(),
      unit: z.string().nullable(),
    }),
  ),
  errors: z.array(z.string()),
  messages: z.array(z.string()),
  execution_seconds: z.number().nullable(),
});

export type RunArguments = z.infer<typeof runArguments>;
export type RunResult = z.infer<typeof runResult>;
export type RunFacts = z.infer<typeof runFacts>;
export type StepCheck = z.infer<typeof stepCheck>;
export type DebugSeries = z.infer<typeof debugSeries>;
export type RunSeries = z.infer<typeof runSeries>;
export type VariableStatistics = z.infer<typeof variableStatistics>;
export type ProbeArguments = z.infer<typeof probeArguments>;
export type ProbeResult = z.infer<typeof probeResult>;
