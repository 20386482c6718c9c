import { type ChildProcessOptions, type SimulationProcess, startSimulationProcess } from "./child-process.ts";

/** Hands out child processes, each for one job, keeping a spare that is started ahead. */
export interface ProcessPool {
  /** A fresh child process; throws once closed. */
  take(): Promise<SimulationProcess>;
  /** Starts the spare if there is none. */
  refill(): void;
  /** As {@link ProcessPool.refill}, in so many milliseconds: a process that starts takes time from what is at work. */
  refillIn(delayMs: number): void;
  /** Kills all children and removes their folders; no more are started. */
  close(): Promise<void>;
}

/** Makes a pool; nothing is started before {@link ProcessPool.take} or {@link ProcessPool.refill}. */
export function createProcessPool(options: ChildProcessOptions): ProcessPool {
  const all = new Set<SimulationProcess>();
  let spare: Promise<SimulationProcess | undefined> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const start = async () => {
    if (closed) throw new Error("Cannot simulate: the runner has been closed.");
    const child = await startSimulationProcess(options);
    all.add(child);
    void child.removed.then(() => all.delete(child));
    if (closed) child.kill();
    return child;
  };
  const refill = () => {
    if (closed || spare !== undefined) return;
    spare = start().then(
      (child) => {
        child.hold(false);
        return child;
      },
      () => undefined,
    );
  };
  return {
    take: async () => {
      const waiting = spare;
      spare = undefined;
      const ready = await waiting;
      if (ready !== undefined && !ready.isAlive()) await ready.removeDirectory();
      const child = ready?.isAlive() ? ready : await start();
      child.hold(true);
      return child;
    },
    refill,
    refillIn: (delayMs) => {
      clearTimeout(timer);
      timer = setTimeout(refill, delayMs);
      timer.unref();
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      const idle = await spare;
      await Promise.all(
        [...all].map(async (child) => {
          // A spare is not held: this process could end before the spare's folder is gone.
          child.hold(true);
          child.kill();
          await child.exited;
          await child.removeDirectory();
        }),
      );
      // One that had died by itself was in no list any more, but its folder is there.
      await idle?.removeDirectory();
    },
  };
}
