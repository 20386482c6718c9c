import type {
  CallToolResult,
  ClientCapabilities,
  InputRequiredResult,
  ServerContext,
} from "@modelcontextprotocol/server";
import type * as z from "zod";
import { ToolError } from "../errors.ts";
import type { AnyTool, ToolContext } from "../tools/tool.ts";
import { askConsent } from "./ask-consent.ts";
import type { ServerOptions } from "./options.ts";
import { CONFIRM_ARGUMENT } from "./publish.ts";
import { asToolError, renderError, renderResult } from "./render.ts";

const PROGRESS_INTERVAL_MS = 100;

/** The revision of MCP that brought `resource_link`: an older client refuses a whole result for one. */
const LINKS_SINCE = "2025-06-18";

/** What a client calls, and what it said of itself. */
export interface ToolCall {
  name: string;
  args: Record<string, unknown>;
  capabilities: ClientCapabilities | undefined;
  protocolVersion: string | undefined;
}

/** Parses, asks, runs, renders and catches: one call of one tool. */
export async function callTool(
  options: ServerOptions,
  request: ToolCall,
  context: ServerContext,
): Promise<CallToolResult | InputRequiredResult> {
  const { name, args, capabilities } = request;
  options.onCall?.();
  try {
    const tools = await options.tools();
    const tool = tools.find((candidate) => candidate.name === name);
    if (!tool) throw unknownTool(name, tools);
    const { value, rest } = takeConfirmation(tool, args);
    const input = parseArguments(tool, rest);
    const images: { mimeType: string; bytes: Uint8Array }[] = [];
    const given = toolContext(options, context, images);
    const question = await tool.confirm?.(input, given);
    if (question !== undefined) {
      const ask = await askConsent(options, { tool, input, question, value, capabilities }, context);
      if (ask !== undefined) return ask;
    }
    const output = await tool.run(input, given);
    const takesLinks = (request.protocolVersion ?? LINKS_SINCE) >= LINKS_SINCE;
    return renderResult(takesLinks ? tool : { ...tool, links: () => [] }, output, images, options.redact);
  } catch (thrown) {
    return renderError(options.redact, asToolError(options, name, thrown, context.mcpReq.signal));
  }
}

/** The tool never sees the confirmation: it is about the call, and no part of it. */
function takeConfirmation(tool: AnyTool, args: Record<string, unknown>) {
  if (tool.confirm === undefined) return { value: undefined, rest: args };
  const { [CONFIRM_ARGUMENT]: value, ...rest } = args;
  return { value: typeof value === "string" ? value : undefined, rest };
}

function toolContext(
  options: ServerOptions,
  context: ServerContext,
  images: { mimeType: string; bytes: Uint8Array }[],
): ToolContext {
  const progressToken = context.mcpReq._meta?.progressToken;
  let last = 0;
  let reported = Number.NEGATIVE_INFINITY;
  return {
    signal: context.mcpReq.signal,
    services: options.services,
    redact: options.redact,
    attach: (image) => void images.push(image),
    progress(message, progress, total) {
      const now = Date.now();
      if (progressToken === undefined || now - last < PROGRESS_INTERVAL_MS || progress <= reported) return;
      last = now;
      reported = progress;
      const params = {
        progressToken,
        progress,
        message: options.redact(message),
        ...(total === undefined ? {} : { total }),
      };
      // A client that is gone cannot be told; the work goes on.
      context.mcpReq.notify({ method: "notifications/progress", params }).catch(() => {});
    },
  };
}

function unknownTool(name: string, tools: readonly AnyTool[]): ToolError {
  return new ToolError(
    "not_found",
    `Cannot find tool "${name.slice(0, 80)}"`,
    `Call one of: ${tools.map((tool) => `\`${tool.name}\``).join(", ")}.`,
  );
}

function parseArguments(tool: AnyTool, args: unknown): never {
  const parsed = tool.input.safeParse(args);
  if (parsed.success) return parsed.data as never;
  const { issues } = parsed.error;
  const problems = issues.map((issue) => {
    const at = issue.path.length > 0 ? `"${issue.path.join(".")}": ` : "";
    return `${at}${describeIssue(issue)}`;
  });
  const isNamed = issues.every(({ path }) => path.length > 0);
  const known = Object.keys(tool.input.shape);
  throw new ToolError(
    "invalid_argument",
    `Cannot call ${tool.name} with these arguments: ${problems.join("; ")}`,
    isNamed
      ? `Correct what is named, and call \`${tool.name}\` again.`
      : `Call \`${tool.name}\` again with arguments from: ${known.join(", ")}.`,
  );
}

/* Of a value that none of several types takes, zod says no more than that it is invalid. */
function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_union") return issue.message;
  const expected = issue.errors.flatMap(([first]) =>
    first?.code === "invalid_type" ? [first.expected] : [],
  );
  return expected.length === 0 ? issue.message : `expected ${[...new Set(expected)].join(" or ")}`;
}
