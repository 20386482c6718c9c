import { ToolError } from "../errors.ts";
import type { FunctionInfo } from "../modal/modal.ts";
import { OLD_RUN_ARGUMENTS } from "../runner/contract.ts";
import type { RunPlan } from "./plan.ts";

/** What the tool calls an argument where the runner calls it something else. */
const ARGUMENT_NAMES: Readonly<Record<string, string>> = { initial_state: "start_from_run" };

/** What a call needs beside its plan. */
export interface CallRequest {
  checksum: string;
  useTestVolume: boolean;
  returnLogs: boolean;
  /** Wall-clock limit, s. */
  timeoutSeconds: number;
}

/** The keyword arguments for one deployed `run_fmi_simulation`, and what had to be left out. */
export interface CallArguments {
  kwargs: Record<string, unknown>;
  warnings: string[];
}

/**
 * Fits a plan to what the deployed function accepts. An addition that it does not know is left out where the caller did not
 * ask for it (and named in `warnings`); throws `failed_precondition` for one that the caller gave and that bears on the result.
 */
export function callArguments(fn: FunctionInfo, plan: RunPlan, request: CallRequest): CallArguments {
  const accepted = new Set<string>(fn.arguments ?? OLD_RUN_ARGUMENTS);
  const warnings: string[] = [];
  const kwargs = oldArguments(plan, request);
  const { tolerance, times } = plan;
  if (accepted.has("extras")) kwargs.extras = true;
  else warnings.push(`The deployed ${fn.name} returns final values only: no statistics and no series`);
  if (accepted.has("timeout_seconds")) kwargs.timeout_seconds = request.timeoutSeconds;
  for (const [name, value] of Object.entries(plan.additions ?? {})) {
    if (!accepted.has(name)) throw notAccepted(fn, ARGUMENT_NAMES[name] ?? name);
    kwargs[name] = value;
  }
  addSetting("tolerance", tolerance.value, tolerance.from);
  if (times.output_interval.from === "given")
    addSetting("output_interval", times.output_interval.value, "given");
  return { kwargs, warnings };

  function addSetting(name: string, value: number | null, from: string): void {
    if (value === null) return;
    if (accepted.has(name)) kwargs[name] = value;
    else if (from === "given") throw notAccepted(fn, name);
    else warnings.push(`${name} ${value} (${from}) was not sent: the deployed ${fn.name} does not accept it`);
  }
}

function oldArguments(plan: RunPlan, request: CallRequest): Record<string, unknown> {
  return {
    fmu_storage_key: `${request.checksum}.fmu`,
    fmu_url: null,
    fmu_checksum: request.checksum,
    use_test_volume: request.useTestVolume,
    inputs: plan.inputs,
    simulation_config: {
      start_time: plan.times.start_time.value,
      stop_time: plan.times.stop_time.value,
      step_size: plan.times.step_size.value,
    },
    output_variables: plan.outputVariables,
    return_logs: request.returnLogs,
  };
}

function notAccepted(fn: FunctionInfo, name: string): ToolError {
  return new ToolError(
    "failed_precondition",
    `Cannot run with \`${name}\`: the deployed ${fn.name} of app "${fn.appName}" does not accept it`,
    `Call \`deploy_runner\` to deploy a runner that does, or leave \`${name}\` out.`,
  );
}
