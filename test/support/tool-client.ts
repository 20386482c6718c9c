import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import { loadConfig } from "../../src/config.ts";
import { createLog } from "../../src/log.ts";
import { createRedactor } from "../../src/redact.ts";
import { createServer, ERROR_META } from "../../src/server.ts";
import { TOOLS } from "../../src/tools/index.ts";
import { createEndpoints } from "../../src/wiring/endpoints.ts";
import { createServices } from "../../src/wiring/services.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** An error of a tool, as a client sees it. */
export interface SeenError {
  code: string;
  message: string;
  remedy: string;
  detail?: string;
}

/** The whole server in this process behind a real MCP client; the runner's child is the built one. */
export interface ToolClient {
  client: Client;
  /** Calls a tool; throws where it answers with an error. */
  // biome-ignore lint/suspicious/noExplicitAny: a tool's result is looked into freely.
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<any>;
  /** Calls a tool that must answer with an error. */
  fail(name: string, args?: Record<string, unknown>): Promise<SeenError>;
  close(): Promise<void>;
}

interface CallOptions {
  signal?: AbortSignal;
  onprogress?: (progress: { progress: number; message?: string }) => void;
}

/** Starts the server with a home folder and further environment variables. */
export async function startToolClient(home: string, env: Record<string, string> = {}): Promise<ToolClient> {
  const full = { MODAL_FMI_HOME: home, MODAL_CONFIG_PATH: join(home, "no-modal.toml"), ...env };
  const config = loadConfig(full, {
    readFile: () => undefined,
    homeDir: home,
    platform: process.platform,
    cwd: home,
  });
  const redact = createRedactor(config.secrets);
  const log = createLog(() => {}, redact, "info");
  const inherited = { PATH: process.env.PATH, HOME: homedir(), ...env };
  const { platform, arch } = process;
  const endpoints = createEndpoints({
    version: "0.0.0",
    config,
    env: inherited,
    programFolder: join(ROOT, "dist"),
    log,
    platform,
    arch,
  });
  const services = createServices({
    config,
    endpoints,
    env: inherited,
    homeFolder: home,
    workingFolder: home,
    redact,
    log,
  });
  const unexpected: Error[] = [];
  const server = createServer({
    name: "modal-fmi",
    version: "0.0.0",
    instructions: "",
    tools: async () => TOOLS,
    services,
    redact,
    onInternalError: (_tool, error) => unexpected.push(error),
  });
  const [here, there] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "0" });
  await Promise.all([server.connect(there), client.connect(here)]);
  return {
    client,
    async call(name, args = {}, options = {}) {
      const result = await client.callTool({ name, arguments: args }, options as never);
      if (result.isError) throw new Error(JSON.stringify(result.content), { cause: unexpected.at(-1) });
      return result.structuredContent;
    },
    async fail(name, args = {}) {
      const result = await client.callTool({ name, arguments: args });
      if (!result.isError) throw new Error(`${name} succeeded: ${JSON.stringify(result.structuredContent)}`);
      if (result.structuredContent !== undefined) throw new Error("an error carries structured content");
      return result._meta?.[ERROR_META] as SeenError;
    },
    async close() {
      await client.close();
      services.close();
      await endpoints.close();
      const [first] = unexpected;
      if (first) throw new Error("the server met an unexpected error", { cause: first });
    },
  };
}

/** Path of a fixture FMU. */
export function fixture(name: string): string {
  return join(ROOT, "test", "fixtures", "built", name);
}
