import { type BuildingRequest, energyPlusCallArguments } from "../energyplus/call-arguments.ts";
import { METRIC_UNITS } from "../energyplus/metrics.ts";
import { versionsMatch } from "../energyplus/model-file.ts";
import { ToolError } from "../errors.ts";
import type { FunctionInfo, Modal } from "../modal/modal.ts";
import { digestOf } from "../runs/digest.ts";
import type { JsonValue, RunRecord } from "../runs/record.ts";
import type { RunStore } from "../runs/store.ts";
import { spawnRun } from "./spawn-run.ts";

/** A building model's run and where it goes. */
export interface BuildingStart extends BuildingRequest {
  modal: Modal;
  store: RunStore;
  endpoint: "modal" | "embedded";
  environment: string;
  /** Where the outputs are to go. */
  volume: string;
  fileName: string;
  /** Remove the outputs from the volume once the metrics are read. */
  cleanup: boolean;
  /** As the user gave them, for the record. */
  given: Record<string, JsonValue>;
}

/** Name of the function that simulates. */
const RUN_FUNCTION = "run_energyplus_simulation";

/** Tags of a deployed app that tell the version of its EnergyPlus, and the volume that it mounts. */
const ENGINE_TAG = "engine_version";
const VOLUME_TAG = "output_volume";

/**
 * Starts the run of a building model, or finds the unfinished one of the same arguments (`reused`). Throws
 * `failed_precondition` where no runner is deployed, where its EnergyPlus has another version than the model, where it writes to
 * another volume, or where it does not take what the run needs.
 */
export async function startBuildingRun(
  request: BuildingStart,
  app: string,
  signal: AbortSignal,
): Promise<{ record: RunRecord; reused: boolean }> {
  const { modal, store } = request;
  const fn = await getFunction(modal, app, signal);
  const tags = await findTags(modal, fn, signal);
  const engine = tags[ENGINE_TAG];
  checkVersion(request, engine);
  checkVolume(request, tags[VOLUME_TAG]);
  const { kwargs, warnings } = energyPlusCallArguments(fn, request);
  const unknown =
    engine === undefined
      ? ["The runner's EnergyPlus version is unknown before the run: it was not compared with the model's"]
      : [];
  const { endpoint, environment, volume, cleanup } = request;
  const digest = digestOf([endpoint, environment, fn.id, volume, cleanup, kwargs]);
  return spawnRun(
    {
      ...{ modal, store, fn, digest, newRun: false },
      makeArguments: (runId) => ({ ...kwargs, simulation_id: runId }),
      makeRecord: (runId) => newRecord(request, { app, runId, digest, warnings: [...warnings, ...unknown] }),
    },
    signal,
  );
}

async function getFunction(modal: Modal, app: string, signal: AbortSignal): Promise<FunctionInfo> {
  try {
    return await modal.functions.get(app, RUN_FUNCTION, signal);
  } catch (cause) {
    if (!(cause instanceof ToolError && cause.code === "not_found")) throw cause;
    throw new ToolError(
      "failed_precondition",
      `Cannot simulate a building: no EnergyPlus engine is installed here (${cause.message})`,
      "Call `deploy_runner` with `runner: energyplus`, whose image installs EnergyPlus (PyPI's pyenergyplus-lbnl), or for this computer run `modal deploy -m sv_energyplus.modal_app` in the folder runners with the settings that modal-fmi-mcp emulator prints.",
      { cause },
    );
  }
}

/** Empty where the app was deployed without tags, or an endpoint cannot tell them. */
async function findTags(
  modal: Modal,
  { appId }: FunctionInfo,
  signal: AbortSignal,
): Promise<Partial<Record<string, string>>> {
  if (appId === undefined) return {};
  try {
    return await modal.apps.tags(appId, signal);
  } catch (error) {
    if (error instanceof ToolError && error.code === "unimplemented") return {};
    throw error;
  }
}

function checkVersion({ model, fileName }: BuildingStart, engine: string | undefined): void {
  if (versionsMatch(model.version, engine) !== false) return;
  throw new ToolError(
    "failed_precondition",
    `Cannot simulate "${fileName}": it was written for EnergyPlus ${model.version}, and the runner has ${engine}`,
    "Convert the model with EnergyPlus's IDF version updater, or give `model_path` of a model of the runner's version.",
  );
}

/** A runner mounts one of the two volumes, chosen when it is deployed. */
function checkVolume({ volume, useTestVolume }: BuildingStart, mounted: string | undefined): void {
  if (mounted === undefined || mounted === volume) return;
  const setting = `ENERGYPLUS_USE_TEST_VOLUME=${useTestVolume ? 1 : 0}`;
  throw new ToolError(
    "failed_precondition",
    `Cannot keep the outputs on volume "${volume}": the deployed runner writes to "${mounted}"`,
    `Pass \`use_test_volume: ${!useTestVolume}\`, or set ${setting} and call \`deploy_runner\` with \`runner: energyplus\`.`,
  );
}

function newRecord(
  request: BuildingStart,
  made: { app: string; runId: string; digest: string; warnings: string[] },
): RunRecord {
  const { model, fileName, weather, timeoutSeconds } = request;
  const now = Date.now();
  const period = request.period ?? null;
  return {
    run_id: made.runId,
    kind: "energyplus",
    created_at: new Date(now).toISOString(),
    deadline: new Date(now + timeoutSeconds * 1000).toISOString(),
    status: "running",
    function_call_id: undefined,
    app: made.app,
    function: RUN_FUNCTION,
    endpoint: request.endpoint,
    environment: request.environment,
    volume: request.volume,
    fmu: { checksum: model.checksum, file_name: fileName, model_name: fileName, fmi_version: "" },
    arguments: request.given,
    arguments_digest: made.digest,
    settings: {},
    inputs_applied: {},
    outputs: {},
    units: { ...METRIC_UNITS },
    statistics: {},
    errors: [],
    warnings: made.warnings,
    seconds: { queued: null, running: null },
    energyplus: {
      model_format: model.format,
      model_version: model.version ?? null,
      weather: weather.name,
      weather_place: weather.place ?? null,
      weather_sent: weather.content !== undefined,
      period,
      cleanup: request.cleanup,
    },
  };
}
