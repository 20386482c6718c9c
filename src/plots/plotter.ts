import { Worker } from "node:worker_threads";
import { ToolError } from "../errors.ts";
import type { PlotAnswer, PlotMessage, PlotWorkerData } from "./messages.ts";
import type { Plot, PlotRequest } from "./plot-request.ts";

/** Draws pictures in a thread of its own. */
export interface Plotter {
  /** Draws a picture; aborting stops the waiting. Throws as `drawPlot` does, `deadline_exceeded` where it takes too long. */
  draw(request: PlotRequest, signal?: AbortSignal): Promise<Plot>;
  close(): Promise<void>;
}

/** What a plotter needs to know. */
export interface PlotterOptions {
  /** The built `worker.ts`. */
  workerPath: string;
  /** Folder of the library and the font that it draws with. */
  filesFolder: string;
}

/** A thread that has nothing to do is kept for the next picture, and then ended: it holds some 50 MB. */
const IDLE_MS = 20_000;
const DRAW_WITHIN_MS = 30_000;

interface Waiting {
  resolve(plot: Plot): void;
  reject(error: Error): void;
  deadline: NodeJS.Timeout;
}

/** Makes a plotter. Its thread starts with the first picture and never keeps the process alive. */
export function createPlotter(options: PlotterOptions): Plotter {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let lastId = 0;

  function take(id: number): Waiting | undefined {
    const one = waiting.get(id);
    if (one === undefined) return undefined;
    waiting.delete(id);
    clearTimeout(one.deadline);
    clearTimeout(idle);
    if (waiting.size === 0) idle = setTimeout(stop, IDLE_MS).unref();
    return one;
  }

  function stop(): Promise<unknown> {
    const running = worker;
    worker = undefined;
    clearTimeout(idle);
    return running?.terminate() ?? Promise.resolve();
  }

  function fail(failed: Worker, error: Error): void {
    // A thread that was stopped, and another took its place, says nothing of what waits for that one.
    if (worker !== failed) return;
    void stop();
    for (const id of [...waiting.keys()]) take(id)?.reject(error);
  }

  function start(): Worker {
    const workerData: PlotWorkerData = { filesFolder: options.filesFolder };
    const started = new Worker(options.workerPath, { workerData, env: {}, stdout: true, stderr: true });
    started.unref();
    started.on("message", (answer: PlotAnswer) => settle(take(answer.id), answer));
    started.on("error", (error) => fail(started, error));
    started.on("exit", (code) => fail(started, new Error(`the drawing thread ended with code ${code}`)));
    return started;
  }

  return {
    draw(request, signal) {
      signal?.throwIfAborted();
      clearTimeout(idle);
      worker ??= start();
      const current = worker;
      lastId += 1;
      const id = lastId;
      const plot = new Promise<Plot>((resolve, reject) => {
        const deadline = setTimeout(() => fail(current, tooSlow(request)), DRAW_WITHIN_MS);
        waiting.set(id, { resolve, reject, deadline });
        signal?.addEventListener("abort", () => take(id)?.reject(signal.reason), { once: true });
      });
      current.postMessage({ id, request } satisfies PlotMessage);
      return plot;
    },
    async close() {
      if (worker) fail(worker, new Error("the server stops"));
      await stop();
    },
  };
}

function settle(one: Waiting | undefined, answer: PlotAnswer): void {
  if ("plot" in answer) {
    one?.resolve(answer.plot);
    return;
  }
  const { error } = answer;
  one?.reject(
    "code" in error ? new ToolError(error.code, error.message, error.remedy) : new Error(error.message),
  );
}

function tooSlow({ title }: PlotRequest): ToolError {
  return new ToolError(
    "deadline_exceeded",
    `Cannot plot ${title}: drawing took longer than ${DRAW_WITHIN_MS / 1000} s`,
    "Name fewer variables, or read the CSV file.",
  );
}
