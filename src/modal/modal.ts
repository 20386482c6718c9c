/**
 * The shared Modal client: what the rest of the program may ask of a Modal endpoint, by Modal's own nouns.
 * Every method rejects with a ToolError (see status.ts for the table). `signal` aborts the request.
 */
export interface Modal {
  readonly url: string;
  /** The environment asked for; "" means the workspace's default. */
  readonly environment: string;
  readonly volumes: Volumes;
  readonly apps: Apps;
  readonly functions: Functions;
  readonly calls: FunctionCalls;
  readonly logs: Logs;
  /** Who the token belongs to; one round trip, never cached when it fails. */
  whoAmI(signal?: AbortSignal): Promise<Identity>;
  /** The server's words where it has asked to wait (a rate limit) since this time, ms of the epoch. */
  throttledSince?(time: number): string | undefined;
  close(): Promise<void>;
}

export interface Identity {
  workspace: string;
  /** Masked or public id of the token, if the server tells. */
  tokenId: string | undefined;
  tokenName: string | undefined;
  environment: string;
}

export interface VolumeInfo {
  id: string;
  name: string;
  /** 1 or 2; the server's 0 means 1. */
  version: 1 | 2;
  /** ISO 8601, where the server tells. */
  createdAt: string | undefined;
}

export interface VolumeEntry {
  /** Relative to the volume root, without a leading slash. */
  path: string;
  type: "file" | "directory" | "symlink" | "fifo" | "socket";
  /** Bytes. */
  size: number;
  /** Seconds since the epoch. */
  modified: number;
}

export type UploadProgress = (bytesSent: number, bytesTotal: number) => void;

export interface Volumes {
  list(signal?: AbortSignal): Promise<VolumeInfo[]>;
  /** Undefined where no volume has this name in the environment. */
  find(name: string, signal?: AbortSignal): Promise<VolumeInfo | undefined>;
  /** Throws `not_found` with how to create it. */
  get(name: string, signal?: AbortSignal): Promise<VolumeInfo>;
  /** Creates it if missing (`created` tells). */
  ensure(name: string, signal?: AbortSignal): Promise<VolumeInfo & { created: boolean }>;
  delete(volume: VolumeInfo, signal?: AbortSignal): Promise<void>;
  /** Streams the entries below `path`, in the server's order. Throws `not_found` for a path that is not there. */
  entries(
    volume: VolumeInfo,
    path: string,
    options: { recursive: boolean; signal?: AbortSignal | undefined },
  ): AsyncIterable<VolumeEntry>;
  /** The file at `path`, or undefined. */
  findFile(volume: VolumeInfo, path: string, signal?: AbortSignal): Promise<VolumeEntry | undefined>;
  /** Whether the volume exists and has a file at `path`: half the work of {@link Volumes.findFile}, and no facts. */
  hasFile(volume: VolumeInfo, path: string, signal?: AbortSignal): Promise<boolean>;
  /** Uploads one local file or buffer. `overwrite: false` throws `already_exists` where the path is taken. */
  upload(
    volume: VolumeInfo,
    remotePath: string,
    source: { file: string } | { bytes: Uint8Array },
    options: {
      overwrite: boolean;
      onProgress?: UploadProgress | undefined;
      signal?: AbortSignal | undefined;
    },
  ): Promise<{ size: number; sha256: string; bytesSent: number }>;
  /** Bytes `start`..`start+length` (length 0: to the end) and the file's whole size. */
  read(
    volume: VolumeInfo,
    path: string,
    range: { start: number; length: number },
    signal?: AbortSignal,
  ): Promise<{ bytes: Uint8Array; size: number }>;
  /** Streams a whole file to a local path through a temporary file beside it. */
  download(
    volume: VolumeInfo,
    path: string,
    localPath: string,
    signal?: AbortSignal,
  ): Promise<{ size: number }>;
  remove(
    volume: VolumeInfo,
    path: string,
    options: { recursive: boolean; signal?: AbortSignal | undefined },
  ): Promise<void>;
}

export interface AppInfo {
  id: string;
  name: string;
  state:
    | "ephemeral"
    | "detached"
    | "deployed"
    | "stopping"
    | "stopped"
    | "initializing"
    | "disabled"
    | "unknown";
  createdAt: string | undefined;
  stoppedAt: string | undefined;
  runningContainers: number;
  /** Whether a deploy of it has ended well: only then does an app have a deployment name. */
  published: boolean;
}

/** Where a deployment name leads: a live app, a stopped one, or none ever. */
export interface DeploymentLookup {
  appId: string | undefined;
  /** Set where the app was deployed once and stopped since. */
  previousAppId: string | undefined;
  environment: string;
}

export interface Deployment {
  version: number;
  /** ISO 8601. */
  deployedAt: string;
  deployedBy: string | undefined;
  clientVersion: string | undefined;
  tag: string | undefined;
  /** The commit that was deployed, where the deploying client saw a git repository. */
  commit?: { hash: string; dirty: boolean } | undefined;
}

export interface Apps {
  list(signal?: AbortSignal): Promise<AppInfo[]>;
  lookUp(name: string, signal?: AbortSignal): Promise<DeploymentLookup>;
  /** Function name -> function id of an app. */
  functions(appId: string, signal?: AbortSignal): Promise<Map<string, string>>;
  /** Newest first. */
  history(appId: string, signal?: AbortSignal): Promise<Deployment[]>;
  containers(appId: string, signal?: AbortSignal): Promise<ContainerInfo[]>;
  /** The tags that an app was deployed with. */
  tags(appId: string, signal?: AbortSignal): Promise<Record<string, string>>;
  /** Stops an app and its calls for good. */
  stop(appId: string, signal?: AbortSignal): Promise<void>;
}

export interface ContainerInfo {
  id: string;
  state: string;
  enqueuedAt: string | undefined;
  startedAt: string | undefined;
}

export interface FunctionInfo {
  id: string;
  appName: string;
  name: string;
  appId: string | undefined;
  /** Argument names of the deployed function; undefined where it publishes no schema. */
  arguments: readonly string[] | undefined;
  /** Whether the function takes CBOR (deployed by a Modal client of 1.2 or later). */
  acceptsCbor: boolean;
  /** Bytes above which arguments go through a blob, where the function says. */
  maxInlineBytes: number | undefined;
}

export interface FunctionStats {
  backlog: number;
  runningContainers: number;
  runningInputs: number | undefined;
}

export interface Functions {
  /** Throws `not_found` that tells "never deployed", "stopped", "no such function" (with those there are). Never cached. */
  get(appName: string, functionName: string, signal?: AbortSignal): Promise<FunctionInfo>;
  stats(functionId: string, signal?: AbortSignal): Promise<FunctionStats>;
  /** Newest calls first, at most `count`. */
  recentCalls(functionId: string, count: number, signal?: AbortSignal): Promise<RecentCall[]>;
}

export type InputStatus =
  | "pending"
  | "running"
  | "success"
  | "failure"
  | "timeout"
  | "terminated"
  | "init_failure"
  | "internal_failure"
  | "idle_timeout"
  | "evicted"
  | "unknown";

export interface RecentCall {
  functionCallId: string;
  status: InputStatus;
  enqueuedAt: string | undefined;
  startedAt: string | undefined;
  /** Seconds waiting for a container and its start; undefined where unknown. */
  startupSeconds: number | undefined;
  executionSeconds: number | undefined;
  containerId: string | undefined;
}

/** How a function call ended, or that it has not. */
export type CallOutcome =
  | { state: "unfinished" }
  | { state: "success"; value: unknown }
  | {
      state: Exclude<InputStatus, "pending" | "running" | "success"> | "expired";
      /** The exception's text, foreign. */
      exception: string;
      traceback: string | undefined;
      /** What a cancelled function returned all the same; only an embedded endpoint tells. */
      value?: unknown;
    };

export interface CallStatus {
  functionCallId: string;
  appId: string | undefined;
  functionId: string | undefined;
  createdAt: string | undefined;
  /** Undefined where the server tells no more than counts. */
  status: InputStatus;
  /** Seconds queued so far or until it started; undefined where unknown. */
  queuedSeconds: number | undefined;
  runningSeconds: number | undefined;
}

export interface FunctionCalls {
  /** Starts one asynchronous call with keyword arguments; returns its `fc-` id. */
  spawn(fn: FunctionInfo, kwargs: Record<string, unknown>, signal?: AbortSignal): Promise<string>;
  /** Waits up to `timeoutMs` for the outcome; `unfinished` when the time has passed. Repeatable. */
  wait(functionCallId: string, timeoutMs: number, signal?: AbortSignal): Promise<CallOutcome>;
  /** Throws `not_found` for an id the server does not know. */
  status(functionCallId: string, signal?: AbortSignal): Promise<CallStatus>;
  cancel(functionCallId: string, signal?: AbortSignal): Promise<void>;
}

export interface LogEntry {
  /** ISO 8601 with fractions. */
  time: string;
  source: "stdout" | "stderr" | "system";
  text: string;
  functionId: string | undefined;
  functionCallId: string | undefined;
  containerId: string | undefined;
  /** Container state changes and queue notices, in words; undefined for plain log text. */
  event: string | undefined;
}

export interface LogFilter {
  appId: string;
  functionId?: string | undefined;
  functionCallId?: string | undefined;
  source?: "stdout" | "stderr" | "system" | undefined;
  search?: string | undefined;
}

export interface Logs {
  /** The newest `lines` entries in time order, looking back up to 30 days. */
  tail(filter: LogFilter, lines: number, signal?: AbortSignal): Promise<LogEntry[]>;
  /** Entries between two times in order, at most `limit` (the newest are kept). */
  between(
    filter: LogFilter,
    range: { since: Date; until: Date | undefined; limit: number },
    signal?: AbortSignal,
  ): Promise<LogEntry[]>;
  /** Follows new entries until the signal aborts or `durationMs` has passed. */
  follow(filter: LogFilter, durationMs: number, signal?: AbortSignal): AsyncIterable<LogEntry>;
}

/** What connectModal needs. Tokens are sent in metadata and appear nowhere else. */
export interface ConnectOptions {
  url: string;
  tokenId: string;
  tokenSecret: string;
  /** "" for the workspace's default. */
  environment: string;
  /** Bytes in flight and such are logged here, never to stdout. */
  log: (level: "debug" | "info" | "warn" | "error", message: string) => void;
}
