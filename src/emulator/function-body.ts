/** One keyword parameter of a hosted function, as its schema tells callers. */
export interface FunctionParameter {
  name: string;
  type: "str" | "int" | "float" | "bool" | "dict" | "list" | "any";
  hasDefault: boolean;
}

/** What a hosted function body is given for one input. */
export interface FunctionBodyCall {
  functionCallId: string;
  /** Positional and keyword arguments as decoded from the caller's CBOR. */
  args: unknown[];
  kwargs: Record<string, unknown>;
  /** Aborted on cancellation and when the function's time limit has passed. */
  signal: AbortSignal;
  /** Appends to the app's log under this function call. Text may hold several lines. */
  log(source: "stdout" | "stderr" | "system", text: string): void;
  /**
   * Copies the file at a container path (`/fmus/<name>`) out of the volume mounted there, to a new local file, which may be
   * a link to the store of contents: it must not be written to. Resolves false where the volume or the file does not exist.
   */
  copyFromMount(containerPath: string, localPath: string): Promise<boolean>;
}

/** A function body that the emulator hosts in this process. */
export interface FunctionBody {
  name: string;
  parameters: readonly FunctionParameter[];
  /** Seconds after which a call ends with GENERIC_STATUS_TIMEOUT. */
  timeoutSeconds: number;
  /** Returns a value that CBOR can carry. An error thrown becomes GENERIC_STATUS_FAILURE with its message. */
  run(call: FunctionBodyCall): Promise<unknown>;
}

/** An app that is there from the start, its functions hosted in this process. */
export interface BuiltInApp {
  name: string;
  /** Tells one build of the bodies from another; shown as the deployment's tag. */
  version: string;
  /** Calls that run at once in this process; more wait as backlog. */
  maxContainers: number;
  /** Container path -> volume name. */
  mounts: Readonly<Record<string, string>>;
  functions: readonly FunctionBody[];
}
