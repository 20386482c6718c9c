import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport, type Server } from "@modelcontextprotocol/server";
import { loadConfig } from "../../src/config.ts";
import { createConfirmations } from "../../src/consent/confirmations.ts";
import { createLog } from "../../src/log.ts";
import { PROMPTS } from "../../src/prompts/index.ts";
import { createRedactor } from "../../src/redact.ts";
import { RESOURCES } from "../../src/resources/index.ts";
import { createServer, ERROR_META } from "../../src/server.ts";
import { TOOLS } from "../../src/tools/index.ts";
import type { Services } from "../../src/tools/services.ts";
import { createEndpoints } from "../../src/wiring/endpoints.ts";
import { createServices } from "../../src/wiring/services.ts";

import type { Answer } from "./fake-tool-server.ts";

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
  /** Another server on the same services, for a transport of its own. */
  newServer(): Server;
  /** What the server's tools are given. */
  services: Services;
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

/** Starts the server with a home folder, further environment variables, the text of its Modal configuration file, and a user who agrees to all. */
export async function startToolClient(
  home: string,
  env: Record<string, string> = {},
  toml?: string,
  answer: Answer | "cannot ask" = agree,
): Promise<ToolClient> {
  const full = { MODAL_FMI_HOME: home, MODAL_CONFIG_PATH: join(home, "no-modal.toml"), ...env };
  const config = loadConfig(full, {
    readFile: (path) => (path === full.MODAL_CONFIG_PATH ? toml : undefined),
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
    programFolder: join(ROOT, "dist"),
    redact,
    log,
  });
  const unexpected: Error[] = [];
  const options = {
    name: "modal-fmi",
    version: "0.0.0",
    instructions: "",
    tools: async () => TOOLS,
    resources: async () => RESOURCES,
    prompts: async () => PROMPTS,
    consent: { confirmations: createConfirmations(), byValue: config.consent.byValue },
    services,
    onCall: services.onCall,
    redact,
    onInternalError: (_tool: string, error: Error) => void unexpected.push(error),
  };
  const [here, there] = InMemoryTransport.createLinkedPair();
  const client = new Client(
    { name: "test", version: "0" },
    { capabilities: answer === "cannot ask" ? {} : { elicitation: { form: {} } } },
  );
  if (answer !== "cannot ask")
    client.setRequestHandler("elicitation/create", async ({ params }) => answer(params.message));
  await Promise.all([createServer(options).connect(there), client.connect(here)]);
  return {
    client,
    newServer: () => createServer(options),
    services,
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

/** A user who agrees to everything. */
export const agree: Answer = () => ({ action: "accept", content: { proceed: true } });

/** Path of a fixture FMU. */
export function fixture(name: string): string {
  return join(ROOT, "test", "fixtures", "built", name);
}
