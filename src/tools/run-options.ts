import * as z from "zod";
import type { ModelDescription } from "../fmi/description/model-description.ts";
import { inputSeriesArgument } from "../inputs/input-series-schema.ts";
import { interfaceType, solverName } from "../runner/contract.ts";
import type { RunStore } from "../runs/store.ts";
import type { RunPlan, RunRequest } from "../simulation/plan.ts";
import type { Settings } from "./services.ts";

/** Arguments of `run_fmi_simulation` for more than start values and times. */
export const runOptions = {
  input_series: inputSeriesArgument.optional(),
  files: z
    .record(z.string(), z.string().min(1))
    .optional()
    .describe("Local files by the String parameter that takes the path."),
  interface_type: interfaceType.optional().describe("Default: co_simulation."),
  solver: solverName.optional().describe("model_exchange only"),
  check_step: z.boolean().optional().describe("Compare with half the step."),
  debug: z.boolean().optional().describe("Log all; keep what led to a failure."),
  save_state: z.boolean().optional().describe("Keep the final state."),
  start_from_run: z.string().max(64).optional().describe("run_id of a saved state"),
};

type Options = z.output<z.ZodObject<typeof runOptions>>;

/** Plans a run of an FMU with all that its arguments ask for; reads the files that they name. */
export async function planRunWithOptions(
  fmu: { checksum: string; description: ModelDescription },
  args: Options & RunRequest,
  store: RunStore,
  settings: Settings,
): Promise<RunPlan> {
  const [{ planRun }, { planAdditions, readSavedState }, { resolveLocalFile }] = await Promise.all([
    import("../simulation/plan.ts"),
    import("../simulation/additions.ts"),
    import("../catalog/local-path.ts"),
  ]);
  const { start_from_run: earlier } = args;
  const state = earlier === undefined ? undefined : await readState(earlier);
  const plan = planRun(
    fmu.description,
    state === undefined ? args : { ...args, start_time: state.time, sizes: state.sizes },
  );
  const { kwargs, notes, warnings } = await planAdditions(args, plan.description, plan.times, (path) =>
    resolveLocalFile(path, settings),
  );
  return {
    ...plan,
    additions: state === undefined ? kwargs : { ...kwargs, initial_state: state.bytes },
    notes,
    warnings: [...plan.warnings, ...warnings],
  };

  async function readState(runId: string) {
    const { getRun } = await import("../runs/get-run.ts");
    return readSavedState(await getRun(store, runId), fmu, args);
  }
}
