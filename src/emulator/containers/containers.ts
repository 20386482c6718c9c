import { listApps } from "../apps/app-records.ts";
import { requireEnvironment } from "../environments.ts";
import type { Handler, Handlers } from "../handler.ts";
import { newId } from "../ids.ts";
import type { EmulatorState } from "../state.ts";

/** The process behind a container that hosts a Python function. */
export interface HostedProcess {
  isAlive(): boolean;
  /** Lets it end by itself, or ends it where it does not. */
  stop(): void;
}

/**
 * Stands for one of Modal's containers: a place for one call at a time in this process, or a child process.
 * Times are seconds since the epoch.
 */
export interface Container {
  id: string;
  enqueuedAt: number;
  /** When it became ready; undefined until then. */
  startedAt: number | undefined;
  busy: boolean;
  hosted?: HostedProcess;
  idleTimer?: NodeJS.Timeout;
}

/** The containers of one app, or of one function deployed from Python, in this process; and the calls that wait. */
export interface AppPool {
  readonly appId: string;
  readonly functionId: string | undefined;
  maxContainers: number;
  readonly idleMs: number;
  /** Set when another version was published: its containers take no more calls than wait already. */
  retired: boolean;
  readonly containers: Container[];
  readonly waiting: ((container: Container) => void)[];
}

const IDLE_MS = 60_000;

/** What a pool is made with. */
export interface PoolOptions {
  appId: string;
  /** Of the one function it serves; undefined where it serves a whole app. */
  functionId?: string;
  maxContainers: number;
  idleMs?: number;
}

/** The pool of this key, made at first use. */
export function poolOf(state: EmulatorState, key: string, options: PoolOptions): AppPool {
  const there = state.pools.get(key);
  if (there !== undefined) return there;
  const { appId, functionId, maxContainers, idleMs = IDLE_MS } = options;
  const limit = Math.max(1, maxContainers);
  const pool: AppPool = {
    ...{ appId, functionId, maxContainers: limit, idleMs, retired: false, containers: [], waiting: [] },
  };
  state.pools.set(key, pool);
  return pool;
}

/** The pools of an app, or with a function those that may serve it. */
export function poolsOf(state: EmulatorState, appId: string, functionId?: string): AppPool[] {
  return [...state.pools.values()].filter(
    (pool) =>
      pool.appId === appId &&
      (functionId === undefined || pool.functionId === undefined || pool.functionId === functionId),
  );
}

/** The containers of an app in this process. */
export function containersOf(state: EmulatorState, appId: string): Container[] {
  return poolsOf(state, appId).flatMap((pool) => pool.containers);
}

/** Ends the idle containers of an app's Python functions, and the others when their calls have ended. */
export function retireContainers(state: EmulatorState, appId: string): void {
  for (const [key, pool] of state.pools) {
    if (pool.appId !== appId || pool.functionId === undefined) continue;
    pool.retired = true;
    state.pools.delete(key);
    for (const container of pool.containers.filter((each) => !each.busy)) remove(pool, container);
  }
}

function remove(pool: AppPool, container: Container): void {
  clearTimeout(container.idleTimer);
  const index = pool.containers.indexOf(container);
  if (index >= 0) pool.containers.splice(index, 1);
  container.hosted?.stop();
}

function newContainer(pool: AppPool): Container {
  const now = Date.now() / 1000;
  // One without a process of its own is ready at once.
  const startedAt = pool.functionId === undefined ? now : undefined;
  return { id: newId("ta"), enqueuedAt: now, startedAt, busy: true };
}

function take(pool: AppPool): Container | undefined {
  for (const container of pool.containers.filter((each) => !each.busy)) {
    if (container.hosted?.isAlive() === false) remove(pool, container);
  }
  const idle = pool.containers.find((container) => !container.busy);
  if (idle === undefined && pool.containers.length >= pool.maxContainers) return undefined;
  const container = idle ?? newContainer(pool);
  if (idle === undefined) pool.containers.push(container);
  clearTimeout(container.idleTimer);
  container.busy = true;
  return container;
}

/** A container that is free now and nobody waits for; undefined where there is none. */
export function takeContainer(pool: AppPool): Container | undefined {
  return pool.waiting.length > 0 ? undefined : take(pool);
}

/** Waits in order for a free container; undefined where the signal aborts first. */
export function acquireContainer(pool: AppPool, signal: AbortSignal): Promise<Container | undefined> {
  const free = signal.aborted ? undefined : takeContainer(pool);
  if (free !== undefined || signal.aborted) return Promise.resolve(free);
  return new Promise((resolve) => {
    const receive = (container: Container): void => {
      signal.removeEventListener("abort", giveUp);
      resolve(container);
    };
    const giveUp = (): void => {
      pool.waiting.splice(pool.waiting.indexOf(receive), 1);
      resolve(undefined);
    };
    pool.waiting.push(receive);
    signal.addEventListener("abort", giveUp, { once: true });
  });
}

/** Gives a container back: to whoever waits longest, else it idles for a while. */
export function releaseContainer(pool: AppPool, container: Container): void {
  const spare = pool.containers.length > pool.maxContainers;
  const dead = container.hosted?.isAlive() === false;
  if (spare || dead) remove(pool, container);
  else container.busy = false;
  const next = spare ? undefined : pool.waiting[0];
  const given = next === undefined ? undefined : take(pool);
  if (next !== undefined && given !== undefined) {
    pool.waiting.shift();
    next(given);
    return;
  }
  if (spare || dead) return;
  if (pool.retired) {
    remove(pool, container);
    return;
  }
  container.idleTimer = setTimeout(() => remove(pool, container), pool.idleMs);
  container.idleTimer.unref();
}

/** Sets how many containers there may be, at least one; whoever waits gets the new ones. */
export function resizePool(pool: AppPool, maxContainers: number): void {
  pool.maxContainers = Math.max(1, maxContainers);
  while (pool.waiting.length > 0) {
    const container = take(pool);
    if (container === undefined) return;
    pool.waiting.shift()?.(container);
  }
}

interface TaskListRequest {
  environmentName: string;
  appId: string;
}

/** Differs: lists the containers of this process; another process on the same folder has its own. */
const taskList: Handler<TaskListRequest> = async (state, request) => {
  requireEnvironment(request.environmentName);
  const apps = (await listApps(state)).filter((app) => app.stoppedAt === undefined);
  const wanted = request.appId === "" ? apps : apps.filter((app) => app.id === request.appId);
  const tasks = wanted.flatMap((app) =>
    containersOf(state, app.id).map((container) => ({
      taskId: container.id,
      appId: app.id,
      appDescription: app.name,
      enqueuedAt: container.enqueuedAt,
      startedAt: container.startedAt ?? 0,
    })),
  );
  return { tasks };
};

/** Differs: a container that has no process of its own goes on; its call does, too. */
const containerStop: Handler<{ taskId: string }> = (state, request) => {
  for (const pool of state.pools.values()) {
    pool.containers.find((container) => container.id === request.taskId)?.hosted?.stop();
  }
  return {};
};

/** RPCs of containers, which the protocol calls tasks. */
export const containerHandlers: Handlers = { TaskList: taskList, ContainerStop: containerStop };
