import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BuiltInApp } from "../../src/emulator/function-body.ts";
import {
  type Emulator,
  type EmulatorOptions,
  type PythonOptions,
  startEmulator,
} from "../../src/emulator/index.ts";
import { connectModal } from "../../src/modal/connect.ts";
import type { CallOutcome, Modal } from "../../src/modal/modal.ts";

/** Long enough for pip to fetch what an image needs. */
export const TIMEOUT_MS = 240_000;

// What a shell would have for pip here, and no credentials.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      /^(PATH|HOME|PIP_.*|SSL_.*|.*_CA_BUNDLE|https?_proxy|no_proxy)$/i.test(entry[0]),
  ),
);

// What pip has installed for one test serves the others, and the next run.
const ENVIRONMENTS = fileURLToPath(
  new URL("../../node_modules/.cache/modal-fmi-tests/environments", import.meta.url),
);

/** The emulator's Python, with the virtual environments that tests share; or, to see pip at work, with its own. */
export function pythonOptions(command: string, own = false): PythonOptions {
  return { command, environment, sharedEnvironments: own ? undefined : ENVIRONMENTS };
}

/** What a process printed, and its exit code. */
export interface Outcome {
  code: number;
  output: string;
}

/** An endpoint that hosts Python functions, a folder for apps, and two ways to reach it. */
export interface ReachedEndpoint {
  modal: Modal;
  folder: string;
  /** Runs the real Python with this endpoint's credentials. */
  python(args: readonly string[], cwd?: string): Promise<Outcome>;
  /** Writes an app into a file of this name and deploys it. */
  deploy(name: string, source: string): Promise<Outcome>;
  /** Starts a call; resolves to its id. */
  start(app: string, name: string, kwargs?: Record<string, unknown>): Promise<string>;
  /** Starts a call and waits for its end. */
  call(app: string, name: string, kwargs?: Record<string, unknown>): Promise<CallOutcome>;
  close(): Promise<void>;
}

/** Such an endpoint, in this process. */
export interface PythonEndpoint extends ReachedEndpoint {
  emulator: Emulator;
}

/** Starts an emulator with a Python that has the `modal` package. Close it after the tests. */
export async function startEndpointWith(
  command: string,
  apps: readonly BuiltInApp[] = [],
  more: Partial<EmulatorOptions> = {},
): Promise<PythonEndpoint> {
  const folder = await mkdtemp(join(tmpdir(), "deploy-"));
  const stateDir = join(folder, "state");
  const emulator = await startEmulator({ stateDir, apps, python: pythonOptions(command), ...more });
  const reached = await reachEndpoint(command, emulator, folder);
  return {
    ...reached,
    emulator,
    async close() {
      await reached.close();
      await emulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Connects to an endpoint with a Python that has the `modal` package; apps are written to the folder. */
export async function reachEndpoint(
  command: string,
  { url, tokenId, tokenSecret }: Pick<Emulator, "url" | "tokenId" | "tokenSecret">,
  folder: string,
): Promise<ReachedEndpoint> {
  const modal = await connectModal({ url, tokenId, tokenSecret, environment: "main", log: () => undefined });
  const env = {
    ...environment,
    HOME: folder,
    MODAL_SERVER_URL: url,
    MODAL_TOKEN_ID: tokenId,
    MODAL_TOKEN_SECRET: tokenSecret,
    MODAL_CONFIG_PATH: join(folder, "none.toml"),
    MODAL_DISABLE_API_PROXY: "1",
    no_proxy: "127.0.0.1,localhost",
    COLUMNS: "400",
  };
  const python = (args: readonly string[], cwd = folder): Promise<Outcome> =>
    new Promise((resolve) => {
      execFile(command, args, { env, cwd, timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: stdout + stderr });
      });
    });
  const start: ReachedEndpoint["start"] = async (app, name, kwargs = {}) =>
    modal.calls.spawn(await modal.functions.get(app, name), kwargs);
  return {
    ...{ modal, folder, python, start },
    async deploy(name, source) {
      await writeFile(join(folder, `${name}.py`), source);
      return python(["-m", "modal", "deploy", `${name}.py`]);
    },
    call: async (app, name, kwargs) => modal.calls.wait(await start(app, name, kwargs), 60_000),
    close: () => modal.close(),
  };
}
