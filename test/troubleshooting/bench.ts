import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Emulator, type FaultName, startEmulator } from "../../src/emulator/index.ts";
import { connectModal } from "../../src/modal/connect.ts";
import type { Modal } from "../../src/modal/modal.ts";
import { type BuiltInRunner, createBuiltInRunner } from "../../src/runner/built-in.ts";
import { runDiagnosis } from "../../src/tools/diagnose.ts";
import { makeHome } from "../support/home.ts";
import { startToolClient, type ToolClient } from "../support/tool-client.ts";

const CHILD = fileURLToPath(new URL("../../dist/runner-child.js", import.meta.url));

/** The volumes of FMUs that the server uses unless it is told otherwise. */
export const VOLUMES = { production: "fmi-cache", test: "fmi-cache-test" } as const;

/** What the diagnosed server is started with. */
export interface Setting {
  /** Environment variables beside the home folder and PATH. */
  env: Record<string, string>;
  /** Text of its Modal configuration file, which is missing where this is undefined. */
  toml: string | undefined;
  /** Faults of the endpoint, on while it is diagnosed. */
  faults: FaultName[];
  /** Variables of this process while it is diagnosed: proxies are read from there. */
  processEnv: Record<string, string | undefined>;
}

/** An endpoint that stands for Modal, with a runner that simulates, and a user's folder. */
export interface Bench {
  emulator: Emulator;
  /** A folder for the case's own files. */
  folder: string;
  /** The user's home folder, with the run records. */
  home: string;
  /** A client of the endpoint beside the server. */
  modal: Modal;
  /** A healthy server on the user's folder, to prepare what is diagnosed. */
  tools(env?: Record<string, string>): Promise<ToolClient>;
  /** What a user has set whose server works. */
  healthy(): Setting;
  /** What `diagnose` says with this setting; with a limit of its own, the same without the MCP client in between. */
  diagnose(setting: Setting, args: Record<string, string>, withinMs?: number): Promise<Diagnosis>;
  /** Ends everything but the endpoint itself: grpc-js remembers for a while that nobody answers on a port. */
  retire(): Promise<void>;
  close(): Promise<void>;
}

/** What `diagnose` answers. */
export interface Diagnosis {
  checks: { code: string | null; name: string; message: string }[];
  likely_cause: { code: string; message: string; evidence: string | null; next_step: string } | null;
}

function startRunner(folder: string): BuiltInRunner {
  return createBuiltInRunner({
    childPath: CHILD,
    workDir: join(folder, "work"),
    timeoutSeconds: 20,
    version: "0.0.0",
    mounts: { "/fmus": VOLUMES.production, "/fmus-test": VOLUMES.test },
    maxContainers: 2,
    memoryLimitBytes: 256 * 1024 ** 2,
    environment: { PATH: process.env.PATH },
  });
}

/** Starts a bench with every fault off. Close it after the test. */
export async function startBench(): Promise<Bench> {
  const home = await makeHome();
  const folder = home.path;
  const runner = startRunner(folder);
  const emulator = await startEmulator({ stateDir: join(folder, "modal"), apps: [runner.app], faults: [] });
  const { url, tokenId, tokenSecret } = emulator;
  const account = { MODAL_SERVER_URL: url, MODAL_TOKEN_ID: tokenId, MODAL_TOKEN_SECRET: tokenSecret };
  const modal = await connectModal({ url, tokenId, tokenSecret, environment: "main", log: () => undefined });
  const opened: ToolClient[] = [];
  const start = (env: Record<string, string>, toml?: string): Promise<ToolClient> =>
    startToolClient(join(folder, "home"), { PATH: "/usr/bin:/bin", ...env }, toml);
  let retired = false;
  const retire = async (): Promise<void> => {
    if (retired) return;
    retired = true;
    emulator.faults?.clear();
    for (const client of opened) await client.close();
    await modal.close();
    await runner.close();
  };
  return {
    ...{ emulator, folder, modal, home: join(folder, "home") },
    async tools(env = {}) {
      const client = await start({ ...account, ...env });
      opened.push(client);
      return client;
    },
    healthy: () => ({ env: { ...account }, toml: undefined, faults: [], processEnv: {} }),
    async diagnose(setting, args, withinMs) {
      const restore = setVariables(setting.processEnv);
      const before = emulator.faults?.active() ?? [];
      const added = setting.faults.filter((name) => !before.includes(name));
      emulator.faults?.set(...added);
      const client = await start(setting.env, setting.toml);
      try {
        if (withinMs === undefined) return await client.call("diagnose", args);
        return await runDiagnosis(args, client.services, new AbortController().signal, withinMs);
      } finally {
        await client.close();
        if (added.length > 0) emulator.faults?.clear(...added);
        restore();
      }
    },
    retire,
    async close() {
      await retire();
      await emulator.close();
      await home.remove();
    },
  };
}

/** Sets variables of this process; returns what puts back the ones before. */
function setVariables(variables: Record<string, string | undefined>): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  const apply = (entries: readonly (readonly [string, string | undefined])[]): void => {
    for (const [name, value] of entries) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  apply(Object.entries(variables));
  return () => apply(before);
}
