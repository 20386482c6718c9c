import { listApps } from "./app-records.ts";
import { requireEnvironment } from "./environments.ts";
import type { Handler, Handlers } from "./handler.ts";
import { newId } from "./ids.ts";
import type { EmulatorState } from "./state.ts";

/**
 * Stands for one of Modal's containers: here, a place for one call at a time in this process.
 * Times are seconds since the epoch.
 */
export interface Container {
  id: string;
  startedAt: number;
  busy: boolean;
  idleTimer?: NodeJS.Timeout;
}

/** The containers of one app in this process, and the calls that wait for one. */
export interface AppPool {
  readonly appName: string;
  maxContainers: number;
  readonly containers: Container[];
  readonly waiting: ((container: Container) => void)[];
}

const IDLE_MS = 60_000;

/** The app's pool, made at first use. */
export function poolOf(state: EmulatorState, appName: string, maxContainers: number): AppPool {
  const there = state.pools.get(appName);
  if (there !== undefined) return there;
  const pool: AppPool = { appName, maxContainers: Math.max(1, maxContainers), containers: [], waiting: [] };
  state.pools.set(appName, pool);
  return pool;
}

function take(pool: AppPool): Container | undefined {
  const idle = pool.containers.find((container) => !container.busy);
  if (idle === undefined && pool.containers.length >= pool.maxContainers) return undefined;
  const container = idle ?? { id: newId("ta"), startedAt: Date.now() / 1000, busy: true };
  if (idle === undefined) pool.containers.push(container);
  clearTimeout(container.idleTimer);
  container.busy = true;
  return container;
}

/** Waits in order for a free container; undefined where the signal aborts first. */
export function acquireContainer(pool: AppPool, signal: AbortSignal): Promise<Container | undefined> {
  const free = signal.aborted || pool.waiting.length > 0 ? undefined : take(pool);
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

/** Gives a container back: to whoever waits longest, else it idles for a minute. */
export function releaseContainer(pool: AppPool, container: Container): void {
  const spare = pool.containers.length > pool.maxContainers;
  const next = spare ? undefined : pool.waiting.shift();
  if (next !== undefined) {
    next(container);
    return;
  }
  container.busy = false;
  const remove = (): void => {
    pool.containers.splice(pool.containers.indexOf(container), 1);
  };
  if (spare) {
    remove();
    return;
  }
  container.idleTimer = setTimeout(remove, IDLE_MS);
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
    (state.pools.get(app.name)?.containers ?? []).map((container) => ({
      taskId: container.id,
      appId: app.id,
      appDescription: app.name,
      enqueuedAt: container.startedAt,
      startedAt: container.startedAt,
    })),
  );
  return { tasks };
};

/** RPCs of containers, which the protocol calls tasks. */
export const containerHandlers: Handlers = { TaskList: taskList };
