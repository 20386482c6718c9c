import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { loadConfig } from "../../src/config.ts";
import { findCli } from "../../src/modal/cli-process.ts";
import { connectModal } from "../../src/modal/connect.ts";
import type { ConnectOptions, Modal } from "../../src/modal/modal.ts";
import { makeHome } from "../support/home.ts";
import { startEndpointWith } from "../support/python-endpoint.ts";
import { startToolClient, type ToolClient } from "../support/tool-client.ts";
import { findModalPython } from "./modal-python.ts";

/** An endpoint that the suite runs on: the MCP tools, and beside them a client for what no tool does. */
export interface ParityEndpoint {
  tools: ToolClient;
  modal: Modal;
  close(): Promise<void>;
}

/** An endpoint, or why the suite cannot run on it. */
export interface ParityCandidate {
  name: string;
  missing: string | undefined;
  /** Whether others use its apps and volumes too. */
  shared: boolean;
  open(): Promise<ParityEndpoint>;
}

type Credentials = Omit<ConnectOptions, "log">;

/** The endpoints of the suite: Modal itself where that is asked for, and the emulator that hosts the Python runner. */
export function findEndpoints(): Promise<ParityCandidate[]> {
  return Promise.all([findModal(process.env), findEmulator(process.env)]);
}

async function findModal(env: NodeJS.ProcessEnv): Promise<ParityCandidate> {
  const config = loadConfig(env, { readFile, homeDir: homedir(), platform: process.platform, cwd: "/" });
  const { credentials, serverUrl: url, environment } = config;
  const missing: string[] = [];
  if (env.RUN_MODAL_TESTS !== "1") missing.push("RUN_MODAL_TESTS is not 1");
  if (credentials.kind === "none") missing.push(`there are no credentials (${credentials.why})`);
  if (credentials.kind === "invalid") missing.push(...credentials.problems.map(({ message }) => message));
  const cli = config.cli ?? cliBeside(env.MODAL_CLI_PYTHON);
  if (missing.length === 0 && (await findCli(cli, env)) === undefined)
    missing.push(`no modal CLI answers (tried ${cli ?? "modal on PATH and python3 -m modal"})`);
  return {
    name: "Modal",
    missing: missing.join("; ") || undefined,
    shared: true,
    async open() {
      if (credentials.kind !== "token") throw new Error("there are no credentials");
      const { tokenId, tokenSecret } = credentials;
      return connect({ url, tokenId, tokenSecret, environment }, cli);
    },
  };
}

async function findEmulator(env: NodeJS.ProcessEnv): Promise<ParityCandidate> {
  const found = await findModalPython(env, process.platform);
  return {
    name: "the emulator with the Python runner",
    missing: "missing" in found ? found.missing : undefined,
    shared: false,
    async open() {
      if ("missing" in found) throw new Error(found.missing);
      const endpoint = await startEndpointWith(found.python);
      const opened = await connect({ ...endpoint.emulator, environment: "main" }, cliBeside(found.python));
      return {
        ...opened,
        async close() {
          await opened.close();
          await endpoint.close();
        },
      };
    },
  };
}

async function connect(credentials: Credentials, cli: string | undefined): Promise<ParityEndpoint> {
  const home = await makeHome();
  const { url, tokenId, tokenSecret, environment } = credentials;
  const tools = await startToolClient(home.path, {
    MODAL_TOKEN_ID: tokenId,
    MODAL_TOKEN_SECRET: tokenSecret,
    MODAL_SERVER_URL: url,
    ...(environment === "" ? {} : { MODAL_ENVIRONMENT: environment }),
    ...(cli === undefined ? {} : { MODAL_CLI: cli }),
  });
  const modal = await connectModal({ url, tokenId, tokenSecret, environment, log: () => undefined });
  return {
    tools,
    modal,
    async close() {
      await modal.close();
      await tools.close();
      await home.remove();
    },
  };
}

const cliBeside = (python: string | undefined): string | undefined =>
  python && join(dirname(python), "modal");

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
