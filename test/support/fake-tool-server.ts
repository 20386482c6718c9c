import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { createMcpHandler, InMemoryTransport, type Server } from "@modelcontextprotocol/server";
import * as z from "zod";
import { createRedactor } from "../../src/redact.ts";
import { createServer } from "../../src/server.ts";
import type { Services } from "../../src/tools/services.ts";
import { type AnyTool, defineTool, type ToolContext } from "../../src/tools/tool.ts";

/** What the fake server's redactor hides. */
export const SECRET = "planted-secret-0815";

const HINTS = { readOnly: true, destructive: false, idempotent: true, openWorld: false };

/** What a fake tool does. */
export type Act = (
  input: { count: number },
  context: ToolContext,
) => Promise<{ count: number; notes: unknown }>;

/** The tool `count`, which does what the test says. */
export function fakeTool(act: Act): AnyTool {
  return defineTool({
    name: "count",
    title: "Title of count",
    description: "Description of count",
    hints: HINTS,
    input: z.strictObject({ count: z.int().min(1).default(1).describe("How many.") }),
    output: z.object({ count: z.number(), notes: z.any() }),
    run: act,
    summarize: ({ count, notes }) => `${count} counted; ${JSON.stringify(notes)}`,
  });
}

/** A server of one fake tool. `act` may be exchanged between calls; `internal` has the errors reported as ours. */
export class FakeToolServer {
  act: Act = async ({ count }) => ({ count, notes: [] });
  readonly internal: { tool: string; error: Error }[] = [];
  readonly #clients: { close(): Promise<void> }[] = [];

  readonly create = (): Server =>
    createServer({
      name: "fake",
      version: "1.2.3",
      instructions: "How to use it.",
      tools: async () => [fakeTool((input, context) => this.act(input, context))],
      services: {} as Services,
      redact: createRedactor([SECRET]),
      onInternalError: (tool, error) => this.internal.push({ tool, error }),
    });

  async connectV2(): Promise<Client> {
    return this.#keep(await connectInMemory(this.create(), new Client({ name: "test", version: "0" })));
  }

  async connectV1(): Promise<Client> {
    const client = new ClientV1({ name: "test", version: "0" });
    const callTool = client.callTool.bind(client);
    // v1 has a result schema between the two.
    const asV2: unknown = Object.assign(client, {
      callTool: (params: Parameters<typeof callTool>[0], options?: Parameters<typeof callTool>[2]) =>
        callTool(params, undefined, options),
    });
    return this.#keep(await connectInMemory(this.create(), asV2 as Client));
  }

  async connectOverHttp(mode: "legacy" | "auto"): Promise<Client> {
    const handler = createMcpHandler(this.create);
    const client = new Client({ name: "test", version: "0" }, { versionNegotiation: { mode } });
    const fetch = (url: string | URL, init?: RequestInit) => handler.fetch(new Request(url, init));
    await client.connect(new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), { fetch }));
    return this.#keep(client);
  }

  async close(): Promise<void> {
    for (const client of this.#clients) await client.close();
  }

  #keep(client: Client): Client {
    this.#clients.push(client);
    return client;
  }
}

async function connectInMemory(server: Server, client: Client): Promise<Client> {
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(there), client.connect(here)]);
  return client;
}
