import { isDeepStrictEqual } from "node:util";
import { newId } from "../ids.ts";
import { withLock } from "../locks.ts";
import { RpcError, refuse } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";
import { type AppRecord, currentDeployment, type Deployment, requireApp, writeApp } from "./app-records.ts";

/** What a client publishes: the functions and classes of one version of an app. */
export interface Publishing {
  appId: string;
  /** "" for an app that runs as long as its client. */
  name: string;
  phase: "ephemeral" | undefined;
  tags: Record<string, string>;
  deployment: Omit<Deployment, "version" | "deployedAt">;
}

/** Makes an app that nothing was published of yet. */
export async function createApp(
  state: EmulatorState,
  about: Pick<AppRecord, "description" | "phase" | "tags">,
): Promise<AppRecord> {
  const createdAt = Date.now() / 1000;
  const app: AppRecord = { ...about, id: newId("ap"), name: "", createdAt, deployments: [], functions: {} };
  await writeApp(state, app);
  return app;
}

// What a client sees as a change: the members that it sends, not who sent them or when.
function contentOf(deployment: Deployment | Publishing["deployment"]): unknown {
  const { functions = {}, classes = {}, definitions = {}, builtIn = false } = deployment;
  return { functions, classes, definitions, builtIn };
}

function append(
  app: AppRecord,
  deployment: Omit<Deployment, "version" | "deployedAt">,
  changes: Partial<AppRecord>,
): AppRecord {
  const version = (app.deployments.at(-1)?.version ?? 0) + 1;
  const dated = { ...deployment, version, deployedAt: Date.now() / 1000 };
  const { phase: _, ...rest } = app;
  return {
    ...rest,
    ...changes,
    functions: deployment.functions ?? {},
    deployments: [...app.deployments, dated],
  };
}

/**
 * Publishes a version of an app; undefined where it would equal the one that is there, in functions and tags.
 * Throws NOT_FOUND, and FAILED_PRECONDITION for an app that is stopped.
 */
export function publishDeployment(
  state: EmulatorState,
  publishing: Publishing,
): Promise<AppRecord | undefined> {
  const { appId, name, tags, phase, deployment } = publishing;
  return withLock(state, "apps", async () => {
    const app = await requireApp(state, appId);
    if (app.stoppedAt !== undefined) throw new RpcError("failedPrecondition", `App '${appId}' is stopped`);
    const current = currentDeployment(app);
    const sameContent = isDeepStrictEqual(contentOf(current), contentOf(deployment));
    const sameTags = isDeepStrictEqual(app.tags ?? {}, tags);
    if (app.deployments.length > 0 && sameContent && sameTags) return undefined;
    const record = append(app, deployment, { name: name || app.name, tags, ...(phase ? { phase } : {}) });
    await writeApp(state, record);
    return record;
  });
}

/** Publishes an earlier version again as a new one: `version`, or so many back where it is negative. */
export function rollBack(state: EmulatorState, appId: string, version: number): Promise<AppRecord> {
  return withLock(state, "apps", async () => {
    const app = await requireApp(state, appId);
    if (app.stoppedAt !== undefined) throw new RpcError("failedPrecondition", `App '${appId}' is stopped`);
    const wanted = version > 0 ? version : currentDeployment(app).version + version;
    const target = app.deployments.find((each) => each.version === wanted);
    if (target === undefined) return refuse(`App '${app.name}' has no version ${wanted} to go back to`);
    const { functions = app.functions, version: rollbackVersion, deployedAt: _, ...content } = target;
    const record = append(app, { ...content, functions, rollbackVersion }, {});
    await writeApp(state, record);
    return record;
  });
}

/** Replaces an app's tags. */
export function setTags(state: EmulatorState, appId: string, tags: Record<string, string>): Promise<void> {
  return withLock(state, "apps", async () => writeApp(state, { ...(await requireApp(state, appId)), tags }));
}
