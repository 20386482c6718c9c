import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { ChildMessage, SimulationJob } from "./child-messages.ts";
import { librarySearch } from "./limits.ts";

/** How child processes are started. */
export interface ChildProcessOptions {
  /** Absolute path of the bundled `child.ts`. */
  childPath: string;
  /** Folder below which each child gets one of its own. */
  workDir: string;
  /** Everything the child gets to see of the environment, beside folders of its own. */
  environment: Readonly<Record<string, string>>;
  platform: NodeJS.Platform;
}

/** How a process ended: by its own code, or by a signal. */
export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A child process that has been started and waits for its one job. */
export interface SimulationProcess {
  readonly pid: number;
  /** The child's own folder, its working folder too. */
  readonly directory: string;
  /** A folder in it where its loader looks for libraries. */
  readonly searchFolder: string;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves once the process is gone and what it printed has been read. */
  readonly exited: Promise<ProcessExit>;
  /** Whether it can still take a job. */
  isAlive(): boolean;
  onMessage(listener: (message: ChildMessage) => void): void;
  send(job: SimulationJob): void;
  /** Kills it, and whatever it started, at once. Harmless when it is gone. */
  kill(): void;
  /** Kills it in a moment and removes its folder then: its end costs this process time, and its result goes first. */
  dismiss(): void;
  /** Whether this process stays alive for the child's sake. */
  hold(held: boolean): void;
  /** Removes its folder, once, when it is gone; never rejects. */
  removeDirectory(): Promise<void>;
  /** Resolves once its folder is gone. */
  readonly removed: Promise<void>;
}

/* Longer than a result takes to reach its caller. */
const DISMISS_AFTER_MS = 50;

/* What a process printed or told arrives right after its exit, unless something it started keeps a pipe open. */
const DRAIN_MS = 500;

/** Starts a child process in a folder of its own. */
export async function startSimulationProcess(options: ChildProcessOptions): Promise<SimulationProcess> {
  const directory = await mkdtemp(join(options.workDir, "run-"));
  // The loader passes over folders for good that are not there when it starts.
  const searchFolder = join(directory, ".modal-fmi-libraries");
  await mkdir(searchFolder);
  const ownGroup = options.platform !== "win32";
  const child = spawn(process.execPath, [options.childPath], {
    cwd: directory,
    env: {
      ...{ HOME: directory, TMPDIR: directory },
      ...options.environment,
      ...librarySearch(options.platform, searchFolder),
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    serialization: "advanced",
    detached: ownGroup,
    windowsHide: true,
  });
  const { pid, stdout, stderr } = child;
  if (pid === undefined || stdout === null || stderr === null) {
    await rm(directory, { recursive: true, force: true });
    throw new Error("Cannot start a process for the simulation.");
  }
  const killGroup = () => {
    try {
      process.kill(ownGroup ? -pid : pid, "SIGKILL");
    } catch {
      // Gone already.
    }
  };
  // Once it is gone, its number may become another process's: its exit has killed what it started.
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const kill = () => {
    if (isRunning()) killGroup();
  };
  let tellRemoved = (): void => {};
  const removed = new Promise<void>((resolve) => {
    tellRemoved = resolve;
  });
  const exited = waitForExit(child, killGroup);
  let removal: Promise<void> | undefined;
  const removeDirectory = () => {
    removal ??= exited
      .then(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }))
      .then(tellRemoved, tellRemoved);
    return removal;
  };
  const dismiss = () => {
    setTimeout(kill, DISMISS_AFTER_MS);
    void removeDirectory();
  };
  return {
    ...{ pid, directory, searchFolder, stdout, stderr, kill, dismiss, removeDirectory, removed, exited },
    isAlive: () => isRunning() && child.connected,
    onMessage: (listener) => {
      child.on("message", (message) => listener(message as ChildMessage));
    },
    // A child that dies before it has read the job shows by its exit.
    send: (job) => {
      child.send(job, () => {});
    },
    hold: (held) => holdChild(child, held),
  };
}

function waitForExit(child: ChildProcess, killGroup: () => void): Promise<ProcessExit> {
  return new Promise((resolve) => {
    child.on("error", () => resolve({ code: child.exitCode, signal: child.signalCode }));
    child.once("exit", (code, signal) => {
      // What the FMU started must not outlive it.
      killGroup();
      const timer = setTimeout(() => resolve({ code, signal }), DRAIN_MS);
      const printed = new Promise((done) => child.once("close", done));
      // Messages can come after the exit; there are no more once the channel is closed.
      const told = child.connected ? new Promise((done) => child.once("disconnect", done)) : undefined;
      void Promise.all([printed, told]).then(() => {
        clearTimeout(timer);
        setImmediate(() => resolve({ code, signal }));
      });
    });
  });
}

function holdChild(child: ChildProcess, held: boolean): void {
  const streams = [child.stdout, child.stderr] as unknown as { ref(): void; unref(): void }[];
  for (const each of [child, child.channel, ...streams]) {
    if (held) each?.ref();
    else each?.unref();
  }
}
