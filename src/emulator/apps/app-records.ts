import path from "node:path";
import { findBound } from "../containers/bound-functions.ts";
import type { BuiltInApp } from "../function-body.ts";
import { isId, newId, sha256Hex } from "../ids.ts";
import { withLock } from "../locks.ts";
import { listFolder, mapLimited, readRecord, replaceRecord } from "../record-files.ts";
import { RpcError } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";

/** One version of an app. Times are seconds since the epoch. */
export interface Deployment {
  version: number;
  deployedAt: number;
  tag: string;
  /** Function id by name. */
  functions?: Record<string, string>;
  /** Class id by name. */
  classes?: Record<string, string>;
  /** Definition id by function id, of what was deployed from Python; a built-in app's version has none. */
  definitions?: Record<string, string>;
  /** Set where a built-in app answers all the same, for want of a Python. */
  builtIn?: true;
  /** Of the client that deployed it. */
  clientVersion?: string;
  /** The protocol's CommitInfo message, base64. */
  commitInfo?: string;
  /** The version whose functions this one brought back. */
  rollbackVersion?: number;
}

/** An app and its deployments. Times are seconds since the epoch. */
export interface AppRecord {
  id: string;
  /** "" for one that was created and not published under a name yet. */
  name: string;
  /** What its client called it when it was created. */
  description?: string;
  createdAt: number;
  stoppedAt?: number;
  /** Of an app that is not deployed: being created, or running as long as its client. */
  phase?: "initializing" | "ephemeral";
  /** Oldest first; empty until the first is published. */
  deployments: Deployment[];
  /** Function id by name; ids stay the same from one deployment to the next. */
  functions: Record<string, string>;
  tags?: Record<string, string>;
}

/** A deployed function: its app's record, its name and its id. */
export interface DeployedFunction {
  app: AppRecord;
  name: string;
  id: string;
  /** What an instance of its class was made with, as the client serialised it, base64. */
  parameters?: string;
}

function recordFile(state: EmulatorState, id: string): string {
  return path.join(state.folder, "apps", `${id}.json`);
}

function nameFile(state: EmulatorState, name: string): string {
  return path.join(state.folder, "app-names", `${sha256Hex(name)}.json`);
}

/** The app last deployed under a name, stopped or not; undefined where none ever was. */
export async function findApp(state: EmulatorState, name: string): Promise<AppRecord | undefined> {
  const named = await readRecord<{ id: string }>(nameFile(state, name));
  return named && (await readRecord<AppRecord>(recordFile(state, named.id)));
}

/** The app of this id; throws NOT_FOUND. */
export async function requireApp(state: EmulatorState, id: string): Promise<AppRecord> {
  const app = isId(id, "ap") ? await readRecord<AppRecord>(recordFile(state, id)) : undefined;
  if (app === undefined) throw new RpcError("notFound", `App '${id.slice(0, 80)}' not found`);
  return app;
}

/** All apps, newest first. */
export async function listApps(state: EmulatorState): Promise<AppRecord[]> {
  const files = await listFolder(path.join(state.folder, "apps"));
  const apps = await mapLimited(files, (file) =>
    readRecord<AppRecord>(path.join(state.folder, "apps", file)),
  );
  return apps.filter((app) => app !== undefined).sort((a, b) => b.createdAt - a.createdAt);
}

/** The app each function was last found in: where to look first. */
const lastApps = new Map<string, string>();

/** The function of this id, or that it is bound to; throws NOT_FOUND. */
export async function requireFunction(state: EmulatorState, id: string): Promise<DeployedFunction> {
  const last = lastApps.get(id);
  const first = last === undefined ? undefined : await readRecord<AppRecord>(recordFile(state, last));
  const found = first && functionOf(first, id);
  if (found !== undefined) return found;
  for (const app of await listApps(state)) {
    const deployed = functionOf(app, id);
    if (deployed === undefined) continue;
    lastApps.set(id, app.id);
    return deployed;
  }
  const bound = isId(id, "fu") ? await findBound(state, id) : undefined;
  if (bound !== undefined) {
    return { ...(await requireFunction(state, bound.functionId)), parameters: bound.parameters };
  }
  throw new RpcError("notFound", `Function '${id.slice(0, 80)}' not found`);
}

function functionOf(app: AppRecord, id: string): DeployedFunction | undefined {
  const name = Object.keys(app.functions).find((each) => app.functions[each] === id);
  return name === undefined ? undefined : { app, name, id };
}

/** The newest deployment of an app. */
export function currentDeployment(app: AppRecord): Deployment {
  return app.deployments.at(-1) ?? { version: 0, deployedAt: app.createdAt, tag: "" };
}

/** Whether the functions of an app's current version are hosted by Python. */
export function isHostedByPython(app: AppRecord): boolean {
  const { definitions, builtIn } = currentDeployment(app);
  return definitions !== undefined && builtIn === undefined;
}

/** Writes an app's record, and for a named app what finds it by its name. */
export async function writeApp(state: EmulatorState, app: AppRecord): Promise<void> {
  await replaceRecord(recordFile(state, app.id), app);
  if (app.name !== "") await replaceRecord(nameFile(state, app.name), { id: app.id });
}

async function writeDeployment(state: EmulatorState, app: BuiltInApp, now: number): Promise<AppRecord> {
  const found = await findApp(state, app.name);
  const live = found?.stoppedAt === undefined ? found : undefined;
  const before: AppRecord = live ?? {
    id: newId("ap"),
    name: app.name,
    createdAt: now,
    deployments: [],
    functions: {},
  };
  const version = (before.deployments.at(-1)?.version ?? 0) + 1;
  const functions = Object.fromEntries(
    app.functions.map(({ name }) => [name, before.functions[name] ?? newId("fu")]),
  );
  const record: AppRecord = {
    ...before,
    deployments: [...before.deployments, { version, deployedAt: now, tag: app.version, functions }],
    functions,
  };
  await writeApp(state, record);
  return record;
}

/** Publishes a new version of a built-in app. After a stop it comes back as a new app, as on Modal. */
export function publishApp(state: EmulatorState, app: BuiltInApp): Promise<AppRecord> {
  return withLock(state, "apps", () => writeDeployment(state, app, Date.now() / 1000));
}

/**
 * Publishes a built-in app that was never there or whose build is another one. One that was stopped stays stopped,
 * and one that was deployed from Python stays so.
 */
export async function publishAtStart(state: EmulatorState, app: BuiltInApp): Promise<void> {
  const isDue = async (): Promise<boolean> => {
    const found = await findApp(state, app.name);
    if (found === undefined) return true;
    const { tag, definitions } = currentDeployment(found);
    return found.stoppedAt === undefined && definitions === undefined && tag !== app.version;
  };
  if (!(await isDue())) return;
  await withLock(state, "apps", async () => {
    if (await isDue()) await writeDeployment(state, app, Date.now() / 1000);
  });
}

/** Marks an app as stopped. */
export function stopApp(state: EmulatorState, id: string): Promise<void> {
  return withLock(state, "apps", async () => {
    const app = await requireApp(state, id);
    if (app.stoppedAt !== undefined) return;
    await replaceRecord(recordFile(state, id), { ...app, stoppedAt: Date.now() / 1000 });
  });
}
