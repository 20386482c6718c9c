import type { Server } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import {
  type AppRecord,
  currentDeployment,
  findApp,
  isHostedByPython,
  publishApp,
  publishAtStart,
} from "./apps/app-records.ts";
import { appHandlers } from "./apps/apps.ts";
import { definitionHandlers } from "./apps/definitions.ts";
import { deployHandlers } from "./apps/deploys.ts";
import { functionHandlers } from "./apps/functions.ts";
import { imageHandlers } from "./apps/images.ts";
import { mountHandlers } from "./apps/mounts.ts";
import { secretHandlers } from "./apps/secrets.ts";
import { authHandlers } from "./auth.ts";
import { callDataHandlers } from "./calls/call-data.ts";
import { functionCallHandlers } from "./calls/function-calls.ts";
import { mapCallHandlers } from "./calls/map-calls.ts";
import { countRunning, endAllCalls } from "./calls/running-calls.ts";
import { statsHandlers } from "./calls/stats.ts";
import { containerHandlers, retireContainers } from "./containers/containers.ts";
import { findPython, type PythonOptions } from "./containers/python-environment.ts";
import { environmentHandlers } from "./environments.ts";
import type { ControlServer } from "./faults/control-server.ts";
import type { FaultBench } from "./faults/fault-bench.ts";
import type { FaultName } from "./faults/fault-list.ts";
import type { BuiltInApp } from "./function-body.ts";
import { collectInBackground } from "./garbage.ts";
import type { Handlers } from "./handler.ts";
import { logHandlers } from "./logs/logs.ts";
import { startRpcServer } from "./server.ts";
import { type Credentials, type EmulatorState, ENVIRONMENT, openState } from "./state.ts";
import { blobHandlers } from "./volumes/blobs.ts";
import { startTransferServer } from "./volumes/transfer-server.ts";
import { volumeFileHandlers } from "./volumes/volume-files.ts";
import { volumeHandlers } from "./volumes/volumes.ts";

export type { PythonOptions } from "./containers/python-environment.ts";
export type { FaultName } from "./faults/fault-list.ts";
export type { BuiltInApp } from "./function-body.ts";

/** Where the emulator keeps its state and what it hosts. */
export interface EmulatorOptions {
  /** The state folder, made where it is missing; several processes may share one. */
  stateDir: string;
  apps: readonly BuiltInApp[];
  /** Told of what no client could be told: one line of text. */
  onError?: (message: string) => void;
  /** What deployed Python functions are run with; without it the built-in apps answer alone. */
  python?: PythonOptions | undefined;
  /** Days that calls, logs and blobs are kept; 30 unless given. */
  keepDays?: number;
  /** Faults to begin with. Given, even empty, they can be switched; without it there is no bench at all. */
  faults?: readonly FaultName[] | undefined;
}

/** A deployment of a built-in app: function ids by name. */
export interface Publication {
  appId: string;
  version: number;
  functions: Readonly<Record<string, string>>;
}

/** A running emulator of Modal's gRPC protocol for one user, on 127.0.0.1. */
export interface Emulator {
  /** `http://127.0.0.1:port`, for a client's server URL. */
  readonly url: string;
  readonly tokenId: string;
  readonly tokenSecret: string;
  readonly environment: "main";
  /** The bench of faults, and the URL of its control call; undefined unless it was asked for. */
  readonly faults: (FaultBench & Pick<ControlServer, "url">) | undefined;
  /** Publishes a built-in app as a new version; throws for a name that is no built-in app's. */
  publish(appName: string): Promise<Publication>;
  /** What answers an app's calls; undefined where no app of this name is deployed. */
  answeredBy(appName: string): Promise<"python" | "built_in" | undefined>;
  /** Whether it can run deployed Python functions: without a Python the built-in apps answer alone. */
  hostsPython(): Promise<boolean>;
  /** Number of calls this process runs or has queued. */
  running(): number;
  /** Ends running calls, drops all connections and lets go of everything; resolves when that is on record. */
  close(): Promise<void>;
}

const HANDLERS: Handlers = {
  ...authHandlers,
  ...environmentHandlers,
  ...volumeHandlers,
  ...volumeFileHandlers,
  ...mountHandlers,
  ...blobHandlers,
  ...appHandlers,
  ...deployHandlers,
  ...definitionHandlers,
  ...imageHandlers,
  ...secretHandlers,
  ...containerHandlers,
  ...functionHandlers,
  ...functionCallHandlers,
  ...mapCallHandlers,
  ...callDataHandlers,
  ...statsHandlers,
  ...logHandlers,
};

const KEEP_DAYS = 30;

// How long the processes of containers may take to be gone, once they were killed.
const END_MS = 2000;

async function publish(state: EmulatorState, appName: string): Promise<Publication> {
  const app = state.apps.find((each) => each.name === appName);
  if (app === undefined) throw new Error(`the embedded endpoint has no app "${appName}"`);
  const record: AppRecord = await publishApp(state, app);
  retireContainers(state, record.id);
  return { appId: record.id, version: currentDeployment(record).version, functions: record.functions };
}

async function answeredBy(state: EmulatorState, appName: string): Promise<"python" | "built_in" | undefined> {
  const app = await findApp(state, appName);
  if (app === undefined || app.stoppedAt !== undefined) return undefined;
  return isHostedByPython(app) ? "python" : "built_in";
}

function stopTransfers(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
}

// Loaded where it is asked for only.
async function openBench(names: readonly FaultName[]) {
  const [{ createFaultBench }, { startControlServer }] = await Promise.all([
    import("./faults/fault-bench.ts"),
    import("./faults/control-server.ts"),
  ]);
  const bench = createFaultBench(names);
  return { ...bench, listen: (credentials: Credentials) => startControlServer(bench, credentials) };
}

/** Starts an emulator on a state folder. Rejects where the folder cannot be used. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { stateDir, python, onError = () => {}, keepDays = KEEP_DAYS } = options;
  const bench = options.faults && (await openBench(options.faults));
  const apps = bench === undefined ? options.apps : options.apps.map(bench.wrapApp);
  const state = await openState({ stateDir, apps, keepDays, python, onError });
  state.serveContainer = (handlers, socket) => startRpcServer(state, { ...HANDLERS, ...handlers }, socket);
  const transfers = await startTransferServer(state);
  try {
    for (const app of apps) await publishAtStart(state, app);
    const rpc = await startRpcServer(state, bench?.wrapHandlers(HANDLERS) ?? HANDLERS);
    const control = await bench?.listen(state.credentials);
    const stopCollecting = collectInBackground(state);
    return {
      url: `http://127.0.0.1:${rpc.port}`,
      tokenId: state.credentials.tokenId,
      tokenSecret: state.credentials.tokenSecret,
      environment: ENVIRONMENT,
      faults: bench && control && { ...bench, url: control.url },
      publish: (appName) => publish(state, appName),
      answeredBy: (appName) => answeredBy(state, appName),
      hostsPython: async () => (await findPython(state)) !== undefined,
      running: () => countRunning(state),
      close: async () => {
        await endAllCalls(state);
        state.closing.abort();
        rpc.close();
        await control?.close();
        await stopTransfers(transfers);
        await stopCollecting();
        await Promise.race([Promise.all(state.processes), delay(END_MS, undefined, { ref: false })]);
      },
    };
  } catch (thrown) {
    await stopTransfers(transfers);
    throw thrown;
  }
}
