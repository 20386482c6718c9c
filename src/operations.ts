/** Work that outlives the request that started it, found again by its key. */
export interface Operation<T> {
  key: string;
  promise: Promise<T>;
  /** The last progress reported. */
  progress: { message: string; done: number; total: number | undefined };
  /** Whether more than one caller waits for it, or has. */
  shared: boolean;
  /** Aborts the work; the key is free at once. */
  cancel(): void;
}

/** The work of an operation: reports its progress and stops when the signal aborts. */
export type OperationWork<T> = (
  report: (message: string, done: number, total?: number) => void,
  signal: AbortSignal,
) => Promise<T>;

export interface Operations {
  /** Joins the work under `key`, or starts it. `started` tells which. A success is kept for `keepMs`, a failure never. */
  join<T>(key: string, keepMs: number, work: OperationWork<T>): { operation: Operation<T>; started: boolean };
  close(): void;
}

/** Keeps work that outlives one request, in this process. */
export function createOperations(): Operations {
  const running = new Map<string, { operation: Operation<unknown>; abort: AbortController }>();

  function start<T>(key: string, keepMs: number, work: OperationWork<T>): Operation<T> {
    const abort = new AbortController();
    const progress: Operation<T>["progress"] = { message: "starting", done: 0, total: undefined };
    const report = (message: string, done: number, total?: number) => {
      Object.assign(progress, { message, done, total });
    };
    const forget = () => {
      if (running.get(key)?.abort === abort) running.delete(key);
    };
    const cancel = () => {
      forget();
      abort.abort();
    };
    const promise = work(report, abort.signal);
    promise.then(() => (keepMs > 0 ? void setTimeout(forget, keepMs).unref() : forget()), forget);
    const operation = { key, promise, progress, shared: false, cancel };
    running.set(key, { operation, abort });
    return operation;
  }

  return {
    join<T>(key: string, keepMs: number, work: OperationWork<T>) {
      const known = running.get(key);
      if (known) {
        known.operation.shared = true;
        return { operation: known.operation as Operation<T>, started: false };
      }
      return { operation: start(key, keepMs, work), started: true };
    },
    close() {
      for (const { abort } of running.values()) abort.abort();
      running.clear();
    },
  };
}

/** How a wait went: the outcome, or that the time has passed and the work goes on. */
export type Waited<T> = { done: true; value: T } | { done: false };

/**
 * Waits for an operation up to `timeoutMs`, calling `onTick` about twice a second. Aborting stops the waiting; it stops the
 * work too where `owned` and nobody else has joined. Rejects as the operation does, or with the signal's reason.
 */
export async function waitForOperation<T>(
  operation: Operation<T>,
  options: { timeoutMs: number; signal: AbortSignal; owned: boolean; onTick: () => void },
): Promise<Waited<T>> {
  const ticker = setInterval(options.onTick, 500);
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  try {
    const late = new Promise<Waited<T>>((settle) => {
      timer = setTimeout(() => settle({ done: false }), options.timeoutMs);
    });
    const abandoned = new Promise<never>((_, reject) => {
      onAbort = () => {
        if (options.owned && !operation.shared) operation.cancel();
        reject(options.signal.reason);
      };
    });
    if (options.signal.aborted) onAbort();
    options.signal.addEventListener("abort", onAbort, { once: true });
    const done = operation.promise.then((value): Waited<T> => ({ done: true, value }));
    return await Promise.race([abandoned, done, late]);
  } finally {
    clearInterval(ticker);
    clearTimeout(timer);
    options.signal.removeEventListener("abort", onAbort);
  }
}
