import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ModalClient } from "modal";
import { afterEach } from "vitest";
import type { BuiltInApp, FunctionBody } from "../../src/emulator/function-body.ts";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../src/emulator/index.ts";

const disposers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const dispose of disposers.splice(0).reverse()) await dispose();
});

/** Undoes something after the test, last opened first. */
export function onEnd(dispose: () => Promise<unknown>): void {
  disposers.push(dispose);
}

/** A folder of this test's own, removed afterwards. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "emulator-test-"));
  onEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A function body with one parameter `value`, unless told otherwise. */
export function body(name: string, run: FunctionBody["run"], more: Partial<FunctionBody> = {}): FunctionBody {
  const parameters = [{ name: "value", type: "any", hasDefault: true }] as const;
  return { name, parameters, timeoutSeconds: 60, run, ...more };
}

/** An app of the given bodies. */
export function app(functions: readonly FunctionBody[], more: Partial<BuiltInApp> = {}): BuiltInApp {
  return { name: "test-app", version: "1", maxContainers: 2, mounts: {}, functions, ...more };
}

/** Starts an emulator that is closed after the test. */
export async function openEmulator(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  const stateDir = options.stateDir ?? (await temporaryFolder());
  const emulator = await startEmulator({ apps: [], ...options, stateDir });
  onEnd(() => emulator.close());
  return emulator;
}

interface Credentials {
  url: string;
  tokenId: string;
  tokenSecret: string;
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** The real SDK's client for an emulator; it needs two, since only a client of its own can be given the URL. */
export function connectSdk({ url, tokenId, tokenSecret }: Credentials): ModalClient {
  const parameters = {
    tokenId,
    tokenSecret,
    environment: "main",
    logger: silent,
    logLevel: "error",
  } as const;
  const first = new ModalClient(parameters);
  const cpClient = (first as unknown as { ipClient(url: string): ModalClient["cpClient"] }).ipClient(url);
  (first as unknown as { cpClient: unknown }).cpClient = cpClient;
  return new ModalClient({ ...parameters, cpClient });
}

/** Starts an emulator and connects the SDK to it. */
export async function openBoth(
  options: Partial<EmulatorOptions> = {},
): Promise<{ emulator: Emulator; sdk: ModalClient }> {
  const emulator = await openEmulator(options);
  return { emulator, sdk: connectSdk(emulator) };
}

/** All messages of a stream. */
export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of stream) all.push(each);
  return all;
}

/** A promise with its resolver, for bodies that wait for the test. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
