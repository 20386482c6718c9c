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

/** Tag of a deployed app that tells the version of its EnergyPlus. */
const ENGINE_TAG = "engine_version";

/**
 * Starts the run of a building model, or finds the unfinished one of the same arguments (`reused`). Throws
 * `failed_precondition` where no runner is deployed, where its EnergyPlus has another version than the model, or where it
 * does not take what the run needs.
 */
export async function startBuildingRun(
  request: BuildingStart,
  app: string,
  signal: AbortSignal,
): Promise<{ record: RunRecord; reused: boolean }> {
  const { modal, store } = request;
  const fn = await getFunction(modal, app, signal);
  const engine = await findEngineVersion(modal, fn, signal);
  checkVersion(request, engine);
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
      "Call `deploy_runner` with `runner: energyplus`: it installs EnergyPlus (PyPI's pyenergyplus-lbnl), on this computer with Python 3.11 or later and the `modal` CLI.",
      { cause },
    );
  }
}

/** Undefined where the app was deployed without the tag, or an endpoint cannot tell. */
async function findEngineVersion(
  modal: Modal,
  { appId }: FunctionInfo,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (appId === undefined) return undefined;
  const tags = await modal.apps.tags(appId, signal).catch((error) => {
    if (error instanceof ToolError && error.code === "unimplemented") return undefined;
    throw error;
  });
  return tags?.[ENGINE_TAG];
}

function checkVersion({ model, fileName }: BuildingStart, engine: string | undefined): void {
  if (versionsMatch(model.version, engine) !== false) return;
  throw new ToolError(
    "failed_precondition",
    `Cannot simulate "${fileName}": it was written for EnergyPlus ${model.version}, and the runner has ${engine}`,
    "Convert the model with EnergyPlus's IDF version updater, or give `model_path` of a model of the runner's version.",
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
