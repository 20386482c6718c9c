import { Server } from "@modelcontextprotocol/server";
import { callTool } from "./server/call-tool.ts";
import { servePrompts } from "./server/give-prompts.ts";
import type { ServerOptions } from "./server/options.ts";
import { publish } from "./server/publish.ts";
import { serveResources } from "./server/read-resources.ts";

export type { ServerOptions } from "./server/options.ts";
export { publish } from "./server/publish.ts";
export { ERROR_META } from "./server/render.ts";

/** Builds one MCP server over the given tools, resources and prompts. */
export function createServer(options: ServerOptions): Server {
  const server = new Server(
    { name: options.name, version: options.version, title: "FMI on Modal" },
    {
      capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
      instructions: options.instructions,
      requestState: { verify: refuseForeignState(options) },
    },
  );
  const published = { confirmByValue: options.consent.byValue };
  server.setRequestHandler("tools/list", async () => ({
    tools: (await options.tools()).map((tool) => publish(tool, published)),
  }));
  server.setRequestHandler("tools/call", ({ params }, context) => {
    const request = { name: params.name, args: params.arguments ?? {} };
    const client = {
      capabilities: server.getClientCapabilities(),
      protocolVersion: server.getNegotiatedProtocolVersion(),
    };
    return callTool(options, { ...request, ...client }, context);
  });
  serveResources(server, options);
  servePrompts(server, options);
  return server;
}

/** A state that is not ours, or was changed, is no question for a tool; the SDK answers with -32602. */
function refuseForeignState({ consent }: ServerOptions) {
  return (state: string): void => {
    if (!consent.confirmations.isOurs(state)) throw new Error("not signed by this server");
  };
}
