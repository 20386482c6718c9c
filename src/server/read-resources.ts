import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  type Server,
} from "@modelcontextprotocol/server";
import { ToolError } from "../errors.ts";
import { oneLine } from "../redact.ts";
import { matchTemplate, type ResourceTemplate } from "../resources/resource.ts";
import type { ServerOptions } from "./options.ts";

/** Answers the requests about resources. */
export function serveResources(server: Server, options: ServerOptions): void {
  const { redact, services } = options;
  server.setRequestHandler("resources/list", async () => {
    const listed = await (await options.resources()).list(services);
    return {
      resources: listed.map((one) => ({ ...one, description: oneLine(redact(one.description)) })),
    };
  });
  server.setRequestHandler("resources/templates/list", async () => ({
    resourceTemplates: (await options.resources()).templates.map(publishTemplate),
  }));
  server.setRequestHandler("resources/read", async ({ params: { uri } }, { mcpReq }) => {
    const found = matchTemplate((await options.resources()).templates, uri);
    if (found === undefined) throw new ResourceNotFoundError(uri);
    const read = await found.template.read(found.id, services, mcpReq.signal).catch((thrown: unknown) => {
      throw toProtocolError(thrown, uri, options);
    });
    if (read === undefined) throw new ResourceNotFoundError(uri);
    const { mimeType, content } = read;
    const body =
      typeof content === "string"
        ? { text: redact(content) }
        : { blob: Buffer.from(content).toString("base64") };
    return { contents: [{ uri, mimeType, ...body }] };
  });
}

function publishTemplate({ uriTemplate, name, title, description, mimeType }: ResourceTemplate) {
  return { uriTemplate, name, title, description, mimeType };
}

function toProtocolError(thrown: unknown, uri: string, { redact }: ServerOptions): unknown {
  if (!(thrown instanceof ToolError)) return thrown;
  if (thrown.code === "not_found") return new ResourceNotFoundError(uri);
  const message = oneLine(redact(`${thrown.message}. ${thrown.remedy}`));
  return new ProtocolError(ProtocolErrorCode.InternalError, message, { code: thrown.code });
}
