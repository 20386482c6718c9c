import type { Log } from "../log.ts";
import type { Keeping } from "../runs/clean-up.ts";
import type { RunStore } from "../runs/store.ts";
import type { UnfinishedRuns } from "../runs/unfinished.ts";
import type { Endpoint, EndpointName } from "../tools/services.ts";

/** What keeps the runs in order needs. */
export interface HousekeepingOptions {
  findRuns(): Promise<RunStore | undefined>;
  connect(endpoint: EndpointName, environment: string): Promise<Endpoint>;
  /** The endpoint of tools that name none: the embedded one is not started to look after old runs. */
  defaultEndpoint: EndpointName;
  keeping: Keeping;
  log: Log;
}

/** Work on what is kept of runs, beside the calls. */
export interface Housekeeping {
  /** Told that a tool is called. Returns at once; fetches ended runs and removes old series a moment later. */
  onCall(): void;
  close(): void;
}

const SETTLE_EVERY_MS = 5_000;
const CLEAN_EVERY_MS = 10 * 60_000;

/** A call of a run that takes milliseconds is over by then. */
const AFTER_CALL_MS = 100;

/** Time for the first call to be answered before old series are looked for. */
const CLEAN_AFTER_MS = 5_000;

/** Makes what fetches runs that ended and removes series that are too old or too many. */
export function createHousekeeping(options: HousekeepingOptions): Housekeeping {
  const closing = new AbortController();
  let settledAt = Number.NEGATIVE_INFINITY;
  let cleanAt = performance.now() + CLEAN_AFTER_MS;
  let working: Promise<void> | undefined;
  let unfinished: UnfinishedRuns | undefined;

  async function settle(store: RunStore): Promise<void> {
    const [{ findUnfinished }, { settleUnfinished }] = await Promise.all([
      import("../runs/unfinished.ts"),
      import("../simulation/settle-unfinished.ts"),
    ]);
    unfinished ??= findUnfinished(store);
    const connect = ({ endpoint, environment }: { endpoint: EndpointName; environment: string }) => {
      if (endpoint !== "modal" && endpoint !== options.defaultEndpoint) return undefined;
      return options.connect(endpoint, environment).then(({ modal }) => modal);
    };
    const ended = await settleUnfinished(store, unfinished, connect, closing.signal);
    if (ended.length > 0) options.log.info(`fetched ${ended.join(", ")}`);
  }

  async function clean(store: RunStore): Promise<void> {
    const { cleanUpRuns } = await import("../runs/clean-up.ts");
    const { runs, bytes } = await cleanUpRuns(store, options.keeping);
    if (runs > 0) options.log.info(`removed the series of ${runs} runs (${bytes} bytes): records stay`);
  }

  async function work(): Promise<void> {
    const store = await options.findRuns();
    if (store === undefined || closing.signal.aborted) return;
    await settle(store);
    if (performance.now() < cleanAt || closing.signal.aborted) return;
    cleanAt = performance.now() + CLEAN_EVERY_MS;
    await clean(store);
  }

  return {
    onCall() {
      if (working !== undefined || performance.now() - settledAt < SETTLE_EVERY_MS) return;
      settledAt = performance.now();
      working = new Promise<void>((resolve) => setTimeout(resolve, AFTER_CALL_MS).unref())
        .then(work)
        .catch((error: Error) => options.log.warn(`runs could not be looked after: ${error.message}`))
        .finally(() => {
          working = undefined;
        });
    },
    close: () => closing.abort(),
  };
}
