import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { chmod, mkdir } from "node:fs/promises";
import path from "node:path";
import type { ImageBuild } from "./apps/image-builds.ts";
import type { CallData } from "./calls/call-data.ts";
import type { MapCall } from "./calls/map-calls.ts";
import type { LiveCall } from "./calls/running-calls.ts";
import type { AppPool } from "./containers/containers.ts";
import type { PythonEnvironment, PythonOptions } from "./containers/python-environment.ts";
import type { BuiltInApp } from "./function-body.ts";
import type { Handlers } from "./handler.ts";
import { newId } from "./ids.ts";
import { createRecord, readRecord } from "./record-files.ts";

/** The secrets of a state folder, made once and shared by every process that uses it. */
export interface Credentials {
  tokenId: string;
  tokenSecret: string;
  /** Key of the signatures in transfer URLs and of the tokens handed out, hex. */
  key: string;
}

/** What the handlers of one emulator work on: the shared folder, and what only this process knows. */
export interface EmulatorState {
  /** Absolute path of the state folder. */
  readonly folder: string;
  readonly credentials: Credentials;
  /** Tells this process's calls from another's: a port alone could have been taken over. */
  readonly instance: string;
  /** `http://127.0.0.1:port` of this process's transfer server. */
  transferUrl: string;
  readonly apps: readonly BuiltInApp[];
  /** The containers of each built-in app by app id, and of each Python function by function and definition id. */
  readonly pools: Map<string, AppPool>;
  /** The calls this process runs, by id. */
  readonly calls: Map<string, LiveCall>;
  /** The calls with many inputs that this process runs, by id. */
  readonly maps: Map<string, MapCall>;
  /** What the generators of this process have yielded, by function call id. */
  readonly callData: Map<string, CallData>;
  /** What Python functions are run with; undefined where they are not. */
  readonly python: PythonOptions | undefined;
  /** The version of that Python once it was asked for; undefined there where it will not do. */
  pythonVersion: Promise<string | undefined> | undefined;
  /** Serves a container's RPCs, and all others, on a Unix socket; whoever reaches that is trusted. */
  serveContainer: (handlers: Handlers, socket: string) => Promise<{ close(): void }>;
  /** Settle when the containers' processes are gone. */
  readonly processes: Set<Promise<void>>;
  /** The builds of images by this process, by image id. */
  readonly builds: Map<string, ImageBuild>;
  /** The environments that this process is making, by their key: images share layers. */
  readonly environments: Map<string, Promise<PythonEnvironment>>;
  /** Aborted when the emulator closes. */
  readonly closing: AbortController;
  /** Days for which calls and logs are kept. */
  readonly keepDays: number;
  readonly onError: (message: string) => void;
}

/** The one environment the emulator has. */
export const ENVIRONMENT = "main";

/** The workspace name it reports. */
export const WORKSPACE = "local";

/** Name of the token, and of whoever creates and deploys. */
export const TOKEN_NAME = "embedded";

/** Reads the folder's credentials, making them where there are none: of several processes one wins. */
async function openCredentials(folder: string): Promise<Credentials> {
  const file = path.join(folder, "credentials.json");
  const random = (): string => randomUUID().replaceAll("-", "");
  await createRecord(file, { tokenId: newId("ak"), tokenSecret: newId("as"), key: random() + random() });
  const credentials = await readRecord<Credentials>(file);
  if (!credentials?.tokenId || !credentials.tokenSecret || !credentials.key) {
    throw new Error("credentials.json in the state folder is damaged");
  }
  return credentials;
}

/** Opens (and makes, mode 0700) a state folder. */
export async function openState(options: {
  stateDir: string;
  apps: readonly BuiltInApp[];
  keepDays: number;
  python?: PythonOptions | undefined;
  onError: (message: string) => void;
}): Promise<EmulatorState> {
  const folder = path.resolve(options.stateDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const closing = new AbortController();
  // Every container and every request that is held listens to it.
  setMaxListeners(0, closing.signal);
  return {
    folder,
    credentials: await openCredentials(folder),
    instance: randomUUID(),
    transferUrl: "",
    apps: options.apps,
    pools: new Map(),
    calls: new Map(),
    maps: new Map(),
    callData: new Map(),
    python: options.python,
    pythonVersion: undefined,
    serveContainer: () => Promise.reject(new Error("containers are not served")),
    processes: new Set(),
    builds: new Map(),
    environments: new Map(),
    closing,
    keepDays: options.keepDays,
    onError: options.onError,
  };
}
