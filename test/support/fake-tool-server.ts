import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { createMcpHandler, InMemoryTransport, type Server } from "@modelcontextprotocol/server";
import * as z from "zod";
import { createConfirmations } from "../../src/consent/confirmations.ts";
import type { PromptSet } from "../../src/prompts/prompt.ts";
import { createRedactor } from "../../src/redact.ts";
import type { ResourceSet } from "../../src/resources/resource.ts";
import { createServer } from "../../src/server.ts";
import type { Services } from "../../src/tools/services.ts";
import { type AnyTool, defineTool, type ToolContext } from "../../src/tools/tool.ts";

/** What the fake server's redactor hides. */
export const SECRET = "planted-secret-0815";

const HINTS = { readOnly: true, destructive: false, idempotent: true, openWorld: false };

const INFO = { name: "test", version: "0" };

/** How a user answers the question that the client shows. */
export type Answer = (question: string) => {
  action: "accept" | "decline" | "cancel";
  content?: Record<string, boolean>;
};

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
  /** Further parts of the tool. */
  extras: Pick<AnyTool, "confirm" | "links"> = {};
  resources: ResourceSet = { templates: [], list: async () => [] };
  prompts: PromptSet = [];
  confirmByValue = false;
  readonly #confirmations = createConfirmations();
  readonly internal: { tool: string; error: Error }[] = [];
  readonly #clients: { close(): Promise<void> }[] = [];

  readonly create = (): Server =>
    createServer({
      name: "fake",
      version: "1.2.3",
      instructions: "How to use it.",
      tools: async () => [{ ...fakeTool((input, context) => this.act(input, context)), ...this.extras }],
      resources: async () => this.resources,
      prompts: async () => this.prompts,
      services: {} as Services,
      redact: createRedactor([SECRET]),
      consent: { confirmations: this.#confirmations, byValue: this.confirmByValue },
      onInternalError: (tool, error) => this.internal.push({ tool, error }),
    });

  async connectV2(answer?: Answer): Promise<Client> {
    return this.#keep(await connectInMemory(this.create(), makeClient("legacy", answer)));
  }

  async connectV1(answer?: Answer): Promise<Client> {
    const client = new ClientV1(INFO, answer ? { capabilities: { elicitation: {} } } : {});
    if (answer) client.setRequestHandler(ElicitRequestSchema, async ({ params }) => answer(params.message));
    const callTool = client.callTool.bind(client);
    // v1 has a result schema between the two.
    const asV2: unknown = Object.assign(client, {
      callTool: (params: Parameters<typeof callTool>[0], options?: Parameters<typeof callTool>[2]) =>
        callTool(params, undefined, options),
    });
    return this.#keep(await connectInMemory(this.create(), asV2 as Client));
  }

  async connectOverHttp(mode: "legacy" | "auto", answer?: Answer): Promise<Client> {
    const handler = createMcpHandler(this.create);
    const client = makeClient(mode, answer);
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

/** A v2 client whose user answers questions, where there is an answer. */
function makeClient(mode: "legacy" | "auto", answer: Answer | undefined): Client {
  const capabilities = answer ? { elicitation: { form: {} } } : {};
  const client = new Client(INFO, { versionNegotiation: { mode }, capabilities });
  if (answer) client.setRequestHandler("elicitation/create", async ({ params }) => answer(params.message));
  return client;
}

async function connectInMemory(server: Server, client: Client): Promise<Client> {
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(there), client.connect(here)]);
  return client;
}
