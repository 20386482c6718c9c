import { containersOf } from "../containers/containers.ts";
import { requireEnvironment } from "../environments.ts";
import type { Handler, Handlers } from "../handler.ts";
import { RpcError } from "../rpc-error.ts";
import { type EmulatorState, ENVIRONMENT, TOKEN_NAME } from "../state.ts";
import { type AppRecord, currentDeployment, findApp, listApps, requireApp } from "./app-records.ts";
import { stopWithCalls } from "./deploys.ts";
import { handleMetadata } from "./functions.ts";

/** modal_proto/api.proto, AppState. */
const APP_STATE = { ephemeral: 1, deployed: 3, stopped: 5, initializing: 6 } as const;

function stateOf(app: AppRecord): number {
  return APP_STATE[app.stoppedAt === undefined ? (app.phase ?? "deployed") : "stopped"];
}

function lifecycleOf(app: AppRecord): object {
  const { version, deployedAt } = currentDeployment(app);
  const stopped = app.stoppedAt === undefined ? {} : { stoppedAt: app.stoppedAt, stoppedBy: TOKEN_NAME };
  return {
    appState: stateOf(app),
    createdAt: app.createdAt,
    createdBy: TOKEN_NAME,
    deployedAt,
    deployedBy: TOKEN_NAME,
    version,
    ...stopped,
  };
}

const appGetByDeploymentName: Handler<{ name: string; environmentName: string }> = async (state, request) => {
  requireEnvironment(request.environmentName);
  const app = await findApp(state, request.name);
  if (app === undefined) return { environmentName: ENVIRONMENT };
  const ids = app.stoppedAt === undefined ? { appId: app.id } : { previousAppId: app.id };
  return { ...ids, environmentName: ENVIRONMENT, lifecycle: lifecycleOf(app) };
};

interface GetOrCreateRequest {
  appName: string;
  environmentName: string;
  objectCreationType: number;
}

/** Differs: looks up only; apps come from a deploy and from the program that starts the emulator. */
const appGetOrCreate: Handler<GetOrCreateRequest> = async (state, request) => {
  requireEnvironment(request.environmentName);
  const app = await findApp(state, request.appName);
  if (app !== undefined && app.stoppedAt === undefined) return { appId: app.id };
  if (request.objectCreationType !== 0) {
    throw new RpcError("unimplemented", "The embedded endpoint does not create apps.");
  }
  throw new RpcError("notFound", `App '${request.appName}' not found in environment '${ENVIRONMENT}'`);
};

interface AppRequest {
  appId: string;
}

/** The functions and classes of an app's current version, with what callers are told about them. */
export async function layoutOf(
  state: EmulatorState,
  app: AppRecord,
): Promise<{ objects: object[]; functionIds: Record<string, string>; classIds: Record<string, string> }> {
  const classIds = currentDeployment(app).classes ?? {};
  const functions = Object.entries(app.functions).map(async ([name, id]) => ({
    objectId: id,
    functionHandleMetadata: await handleMetadata(state, { app, name, id }),
  }));
  const classes = Object.values(classIds).map((objectId) => ({ objectId, classHandleMetadata: {} }));
  return { objects: [...(await Promise.all(functions)), ...classes], functionIds: app.functions, classIds };
}

const appGetLayout: Handler<AppRequest> = async (state, request) => {
  const app = await requireApp(state, request.appId);
  return { appLayout: await layoutOf(state, app) };
};

function infoOf(app: AppRecord): object {
  return {
    description: app.name || (app.description ?? ""),
    appId: app.id,
    environmentName: ENVIRONMENT,
    lifecycle: lifecycleOf(app),
    functions: app.functions,
  };
}

const appGetInfo: Handler<AppRequest> = async (state, request) => ({
  info: infoOf(await requireApp(state, request.appId)),
});

function runningContainers(state: EmulatorState, app: AppRecord): number {
  return app.stoppedAt === undefined ? containersOf(state, app.id).length : 0;
}

/** Differs: counts the containers of this process only. */
const appList: Handler<{ environmentName: string }> = async (state, request) => {
  requireEnvironment(request.environmentName);
  const apps = (await listApps(state)).map((app) => ({
    appId: app.id,
    description: app.name || (app.description ?? ""),
    name: app.name,
    state: stateOf(app),
    createdAt: app.createdAt,
    stoppedAt: app.stoppedAt ?? 0,
    nRunningTasks: runningContainers(state, app),
    metadata: infoOf(app),
  }));
  return { apps };
};

const appGetLifecycle: Handler<AppRequest> = async (state, request) => ({
  lifecycle: lifecycleOf(await requireApp(state, request.appId)),
});

const appDeploymentHistory: Handler<AppRequest> = async (state, request) => {
  const app = await requireApp(state, request.appId);
  const histories = app.deployments.map((deployment) => ({
    appId: app.id,
    version: deployment.version,
    deployedAt: deployment.deployedAt,
    tag: deployment.tag,
    clientVersion: deployment.clientVersion ?? "",
    rollbackVersion: deployment.rollbackVersion ?? 0,
    rollbackAllowed: true,
    deployedBy: TOKEN_NAME,
    ...(deployment.commitInfo === undefined ? {} : { commitInfo: deployment.commitInfo }),
  }));
  return {
    appDeploymentHistories: histories.reverse(),
    productionAppVersion: currentDeployment(app).version,
  };
};

/** Stops the app and cancels its calls at once, in whichever process they run. */
const appStop: Handler<AppRequest> = async (state, request) => {
  await stopWithCalls(state, request.appId);
  return {};
};

/** RPCs of apps. */
export const appHandlers: Handlers = {
  AppGetByDeploymentName: appGetByDeploymentName,
  AppGetOrCreate: appGetOrCreate,
  AppGetLayout: appGetLayout,
  AppGetInfo: appGetInfo,
  AppList: appList,
  AppGetLifecycle: appGetLifecycle,
  AppDeploymentHistory: appDeploymentHistory,
  AppStop: appStop,
};
