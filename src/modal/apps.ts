import type { AppInfo, Apps, ContainerInfo, Deployment, DeploymentLookup } from "./modal.ts";
import { type Connection, request } from "./request.ts";
import { isoFromSeconds } from "./times.ts";

/** AppState of modal_proto/api.proto. */
const APP_STATES: Readonly<Record<number, AppInfo["state"]>> = {
  1: "ephemeral",
  2: "detached",
  3: "deployed",
  4: "stopping",
  5: "stopped",
  6: "initializing",
  7: "disabled",
  8: "detached",
};

/** AppStopSource of modal_proto/api.proto: by a command, as `modal app stop` does. */
const STOPPED_BY_COMMAND = 1;

/** Modal's apps of one environment. */
export function createApps(connection: Connection): Apps {
  return {
    list: (signal) => listApps(connection, signal),
    lookUp: (name, signal) => lookUpDeployment(connection, name, signal),
    functions: (appId, signal) => readFunctionIds(connection, appId, signal),
    history: (appId, signal) => readHistory(connection, appId, signal),
    containers: (appId, signal) => listContainers(connection, appId, signal),
    tags: (appId, signal) => readTags(connection, appId, signal),
    stop: (appId, signal) => stopApp(connection, appId, signal),
  };
}

async function listApps(connection: Connection, signal?: AbortSignal): Promise<AppInfo[]> {
  const reply = await request(
    connection,
    "list the apps",
    (controlPlane, rpc) => controlPlane.appList({ environmentName: connection.environment }, rpc),
    { signal },
  );
  return reply.apps.map((app) => ({
    id: app.appId,
    name: app.name || app.description,
    state: APP_STATES[app.state] ?? "unknown",
    createdAt: isoFromSeconds(app.createdAt),
    stoppedAt: isoFromSeconds(app.stoppedAt),
    runningContainers: app.nRunningTasks,
    published: app.name !== "",
  }));
}

/** Where a deployment name leads; a name never deployed is no error. */
export async function lookUpDeployment(
  connection: Connection,
  name: string,
  signal?: AbortSignal,
): Promise<DeploymentLookup> {
  const reply = await request(
    connection,
    `look up app "${name}"`,
    (controlPlane, rpc) =>
      controlPlane.appGetByDeploymentName({ name, environmentName: connection.environment }, rpc),
    { signal },
  );
  return {
    appId: reply.appId || undefined,
    previousAppId: reply.previousAppId || undefined,
    environment: reply.environmentName || connection.environment,
  };
}

/** Function name -> function id of an app. */
export async function readFunctionIds(
  connection: Connection,
  appId: string,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const reply = await request(
    connection,
    `read the functions of app ${appId}`,
    (controlPlane, rpc) => controlPlane.appGetLayout({ appId }, rpc),
    { signal },
  );
  return new Map(Object.entries(reply.appLayout?.functionIds ?? {}));
}

async function readHistory(
  connection: Connection,
  appId: string,
  signal?: AbortSignal,
): Promise<Deployment[]> {
  const reply = await request(
    connection,
    `read the deployments of app ${appId}`,
    (controlPlane, rpc) => controlPlane.appDeploymentHistory({ appId }, rpc),
    { signal },
  );
  return reply.appDeploymentHistories
    .map((deployment) => ({
      version: deployment.version,
      deployedAt: isoFromSeconds(deployment.deployedAt) ?? "",
      deployedBy: deployment.deployedBy || undefined,
      clientVersion: deployment.clientVersion || undefined,
      tag: deployment.tag || undefined,
      commit: deployment.commitInfo?.commitHash
        ? { hash: deployment.commitInfo.commitHash, dirty: deployment.commitInfo.dirty }
        : undefined,
    }))
    .sort((a, b) => b.version - a.version);
}

async function listContainers(
  connection: Connection,
  appId: string,
  signal?: AbortSignal,
): Promise<ContainerInfo[]> {
  const reply = await request(
    connection,
    `list the containers of app ${appId}`,
    (controlPlane, rpc) => controlPlane.taskList({ environmentName: connection.environment, appId }, rpc),
    { signal },
  );
  return reply.tasks
    .filter((task) => task.appId === appId || task.appId === "")
    .map((task) => ({
      id: task.taskId,
      state: task.startedAt > 0 ? "running" : "starting",
      enqueuedAt: isoFromSeconds(task.enqueuedAt),
      startedAt: isoFromSeconds(task.startedAt),
    }));
}

async function readTags(
  connection: Connection,
  appId: string,
  signal?: AbortSignal,
): Promise<Record<string, string>> {
  const { tags } = await request(
    connection,
    `read the tags of app ${appId}`,
    (controlPlane, rpc) => controlPlane.appGetTags({ appId }, rpc),
    { signal },
  );
  return tags;
}

async function stopApp(connection: Connection, appId: string, signal?: AbortSignal): Promise<void> {
  await request(
    connection,
    `stop app ${appId}`,
    (controlPlane, rpc) => controlPlane.appStop({ appId, source: STOPPED_BY_COMMAND }, rpc),
    { signal },
  );
}
