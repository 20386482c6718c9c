import { ToolError } from "../errors.ts";
import type { FunctionInfo } from "../modal/modal.ts";
import { OLD_ENERGYPLUS_ARGUMENTS } from "../runner/energyplus-contract.ts";
import type { BuildingModel } from "./model-file.ts";
import type { Weather } from "./weather.ts";

/** What a run of a building model is to be. */
export interface BuildingRequest {
  model: BuildingModel;
  weather: Weather;
  period: "annual" | "design_day" | undefined;
  useTestVolume: boolean;
  keepOutputs: "summary" | "all";
  /** Wall-clock limit, s. */
  timeoutSeconds: number;
}

/**
 * Fits a run to what the deployed function accepts; `warnings` name what had to be left out. Throws `failed_precondition` for
 * what bears on the result or its place and is not accepted: a weather file, a period, outputs thinned out.
 */
export function energyPlusCallArguments(
  fn: FunctionInfo,
  request: BuildingRequest,
): { kwargs: Record<string, unknown>; warnings: string[] } {
  const accepted = new Set<string>(fn.arguments ?? OLD_ENERGYPLUS_ARGUMENTS);
  const { model, weather } = request;
  const kwargs: Record<string, unknown> = {
    energyplus_payload: model.payload,
    weather_file: weather.name,
    return_logs: true,
  };
  const warnings: string[] = [];
  if (weather.content !== undefined) demand("weather_content", weather.content, "weather");
  if (request.period !== undefined) demand("period", request.period, "period");
  if (accepted.has("keep_outputs")) kwargs.keep_outputs = request.keepOutputs;
  else if (request.keepOutputs === "summary")
    warnings.push(`All outputs are kept: the deployed ${fn.name} does not accept keep_outputs`);
  if (accepted.has("extras")) kwargs.extras = true;
  else warnings.push(`The deployed ${fn.name} reports three metrics only, and no counts of its messages`);
  if (accepted.has("timeout_seconds")) kwargs.timeout_seconds = request.timeoutSeconds;
  if (accepted.has("use_test_volume")) kwargs.use_test_volume = request.useTestVolume;
  else warnings.push(`Outputs go to the volume that the deployed ${fn.name} mounts: it does not tell which`);
  return { kwargs, warnings };

  function demand(name: string, value: unknown, argument: string): void {
    if (!accepted.has(name)) throw notAccepted(fn, argument);
    kwargs[name] = value;
  }
}

function notAccepted(fn: FunctionInfo, argument: string): ToolError {
  const what =
    argument === "weather"
      ? "cannot take a weather file, only the name of one that its image holds"
      : `does not accept \`${argument}\``;
  const instead = argument === "weather" ? "pass `weather` as such a name" : `leave \`${argument}\` out`;
  return new ToolError(
    "failed_precondition",
    `Cannot run with this ${argument}: the deployed ${fn.name} of app "${fn.appName}" ${what}`,
    `Call \`deploy_runner\` with \`runner: energyplus\` to deploy one that does, or ${instead}.`,
  );
}
