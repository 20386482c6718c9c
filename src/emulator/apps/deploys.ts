import { listUnfinished } from "../calls/call-records.ts";
import { cancelCall } from "../calls/running-calls.ts";
import { retireContainers } from "../containers/containers.ts";
import { findPython } from "../containers/python-environment.ts";
import { requireEnvironment } from "../environments.ts";
import type { Handler, Handlers } from "../handler.ts";
import { RpcError } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";
import { requireApp, stopApp } from "./app-records.ts";
import { createApp, publishDeployment, rollBack, setTags } from "./deployments.ts";

/** modal_proto/api.proto, AppState. */
const APP_STATE = { deployed: 3, initializing: 6 } as const;

interface AppRequest {
  appId: string;
}

// No such page exists; a link that led to Modal's own site would be worse.
function pageOf(state: EmulatorState, appId: string): string {
  return `${state.transferUrl}/apps/${appId}`;
}

interface CreateRequest {
  description: string;
  environmentName: string;
  appState: number;
  tags: Record<string, string>;
}

/** Differs: the page that the answer names does not exist. */
const appCreate: Handler<CreateRequest> = async (state, request) => {
  requireEnvironment(request.environmentName);
  const phase = request.appState === APP_STATE.initializing ? "initializing" : "ephemeral";
  const app = await createApp(state, { description: request.description, phase, tags: request.tags });
  return { appId: app.id, appPageUrl: pageOf(state, app.id), appLogsUrl: pageOf(state, app.id) };
};

/** Differs: an app whose client has gone without a word stays as it is. */
const appHeartbeat: Handler<AppRequest> = async (state, request) => {
  await requireApp(state, request.appId);
  return {};
};

/** Stops an app and cancels its calls, in whichever process they run. */
export async function stopWithCalls(state: EmulatorState, appId: string): Promise<void> {
  await stopApp(state, appId);
  retireContainers(state, appId);
  const calls = (await listUnfinished(state)).filter((call) => call.appId === appId);
  await Promise.all(calls.map((call) => cancelCall(state, call)));
}

/** What was not deployed ends with its client. */
const appClientDisconnect: Handler<AppRequest> = async (state, request) => {
  const app = await requireApp(state, request.appId);
  if (app.phase !== undefined) await stopWithCalls(state, app.id);
  return {};
};

interface PublishRequest extends AppRequest {
  name: string;
  deploymentTag: string;
  appState: number;
  functionIds: Record<string, string>;
  classIds: Record<string, string>;
  definitionIds: Record<string, string>;
  clientVersion: string;
  commitInfo?: Buffer;
  tags: Record<string, string>;
}

// Without a Python, what the app holds built in answers under the same names; a function it lacks could not run.
async function requireAnswers(state: EmulatorState, request: PublishRequest): Promise<string | undefined> {
  if ((await findPython(state)) !== undefined) return undefined;
  const builtIn = state.apps.find((app) => app.name === request.name);
  const names = builtIn?.functions.map((each) => each.name) ?? [];
  const missing = Object.keys(request.functionIds).filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new RpcError(
      "failedPrecondition",
      `The embedded endpoint has no Python 3.10 or later to run ${missing.join(", ")} with`,
    );
  }
  return "The embedded endpoint has no Python 3.10 or later: the runner built into it answers.";
}

const appPublish: Handler<PublishRequest> = async (state, request, context) => {
  const { appId, name, tags, functionIds, classIds, definitionIds, deploymentTag, commitInfo } = request;
  const warning = await requireAnswers(state, request);
  const deployed = request.appState === APP_STATE.deployed;
  const record = await publishDeployment(state, {
    appId,
    name: deployed ? name : "",
    phase: deployed ? undefined : "ephemeral",
    tags,
    deployment: {
      tag: deploymentTag,
      functions: functionIds,
      classes: classIds,
      definitions: definitionIds,
      ...(warning === undefined ? {} : { builtIn: true as const }),
      clientVersion: request.clientVersion || context.clientVersion,
      ...(commitInfo !== undefined && commitInfo.length > 0
        ? { commitInfo: commitInfo.toString("base64") }
        : {}),
    },
  });
  if (record !== undefined) retireContainers(state, appId);
  return {
    url: pageOf(state, appId),
    serverWarnings: warning === undefined ? [] : [{ type: 0, message: warning }],
    deployedAt: record?.deployments.at(-1)?.deployedAt ?? 0,
  };
};

const appRollback: Handler<AppRequest & { version: number }> = async (state, request) => {
  const record = await rollBack(state, request.appId, request.version);
  retireContainers(state, record.id);
  return { url: pageOf(state, record.id), deployedAt: record.deployments.at(-1)?.deployedAt ?? 0 };
};

const appSetTags: Handler<AppRequest & { tags: Record<string, string> }> = async (state, request) => {
  await setTags(state, request.appId, request.tags);
  return {};
};

const appGetTags: Handler<AppRequest> = async (state, request) => ({
  tags: (await requireApp(state, request.appId)).tags ?? {},
});

/** RPCs by which apps come about and change. */
export const deployHandlers: Handlers = {
  AppCreate: appCreate,
  AppHeartbeat: appHeartbeat,
  AppClientDisconnect: appClientDisconnect,
  AppPublish: appPublish,
  AppRollback: appRollback,
  AppSetTags: appSetTags,
  AppGetTags: appGetTags,
};
