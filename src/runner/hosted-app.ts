/**
 * The app as its host takes it: structurally what the emulator hosts, spelled out here because the runner does not know
 * who hosts it.
 */
export interface HostedApp {
  name: string;
  version: string;
  maxContainers: number;
  /** Container path -> volume name. */
  mounts: Readonly<Record<string, string>>;
  functions: readonly HostedFunction[];
}

/** One function of the app. */
export interface HostedFunction {
  name: string;
  parameters: readonly HostedParameter[];
  timeoutSeconds: number;
  run(call: HostedCall): Promise<unknown>;
}

/** One keyword parameter. */
export interface HostedParameter {
  name: string;
  type: "str" | "int" | "float" | "bool" | "dict" | "list" | "any";
  hasDefault: boolean;
}

/** What the host gives for one call. */
export interface HostedCall {
  functionCallId: string;
  args: unknown[];
  kwargs: Record<string, unknown>;
  signal: AbortSignal;
  log(source: "stdout" | "stderr" | "system", text: string): void;
  /**
   * Copies a file out of a mounted volume, or links it to what the host stores: not to be written to. Resolves false where
   * the volume or the file does not exist.
   */
  copyFromMount(containerPath: string, localPath: string): Promise<boolean>;
}
