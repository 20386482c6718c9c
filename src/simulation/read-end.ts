import { readEnergyPlusResult } from "../energyplus/outcome.ts";
import type { CallOutcome } from "../modal/modal.ts";
import type { RunRecord } from "../runs/record.ts";
import { type RunOutcome, readOutcome } from "./outcome.ts";

type Ended = Exclude<CallOutcome, { state: "unfinished" }>;

/** What a record takes over of how its run ended. */
export interface RunEnd extends RunOutcome {
  energyplus?: RunRecord["energyplus"];
}

/** What to do next after a building model's call that returned nothing, where an FMU's remedy would name what it has not. */
const REMEDIES: Partial<Record<Ended["state"], string>> = {
  timeout: "Pass `period` design_day, or a model of fewer zones or longer steps.",
  evicted: "Give the runner more memory, then call `deploy_runner` with `runner: energyplus`.",
};

const RUN_AGAIN = "Call `run_energyplus_simulation` again to run it anew.";

/** Reads how the call of a run ended, by the kind of the run. */
export function readEnd({ kind, run_id: runId }: RunRecord, outcome: Ended): RunEnd {
  if (kind === undefined) return readOutcome(outcome);
  if (outcome.state === "success") return readBuildingEnd(outcome.value);
  const failed = readOutcome(outcome);
  const errors = failed.errors.map((error) => ({
    ...error,
    message: `The simulation "${runId}" ended without a result: ${error.message}`,
    remedy:
      REMEDIES[outcome.state] ?? (error.remedy.includes("run_fmi_simulation") ? RUN_AGAIN : error.remedy),
  }));
  return { ...failed, errors };
}

function readBuildingEnd(value: unknown): RunEnd {
  const read = readEnergyPlusResult(value);
  const none = { statistics: undefined, facts: undefined, series: undefined };
  if (!("unreadable" in read)) return { ...none, ...read };
  const message = `The runner's result is not in the form agreed: ${read.unreadable}`;
  const remedy = "Call `deploy_runner` with `runner: energyplus` to deploy a runner of this version.";
  return {
    ...none,
    status: "error",
    outputs: {},
    warnings: [],
    logs: [],
    errors: [{ code: "data_loss", message, remedy }],
  };
}
