import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { ToolError } from "../errors.ts";
import { oneLine } from "../redact.ts";
import type { AnyTool, Question } from "../tools/tool.ts";
import type { ServerOptions } from "./options.ts";
import { CONFIRM_ARGUMENT } from "./publish.ts";

const FORM = "consent";
const AGREED = "proceed";
const LONGEST_LINE = 300;

/** One call that needs its user's consent. */
export interface Asked {
  tool: AnyTool;
  /** The arguments as the tool takes them. */
  input: unknown;
  question: Question;
  /** What the assistant passed as `confirm`. */
  value: string | undefined;
  /** Declared at `initialize`; a request of the newest era carries its own. */
  capabilities: ClientCapabilities | undefined;
}

/**
 * Returns what the client is to ask its user, or undefined where the user has agreed to this very call. Throws `cancelled`
 * where the user has not, `aborted` where the answer is about something else, `failed_precondition` where nobody can be asked.
 */
export async function askConsent(
  { consent, redact }: ServerOptions,
  asked: Asked,
  context: ServerContext,
): Promise<InputRequiredResult | undefined> {
  const { confirmations } = consent;
  const { tool, question } = asked;
  const subject = JSON.stringify([tool.name, asked.input, question]);
  const state = context.mcpReq.requestState<string>();
  if (state !== undefined) {
    if (!confirmations.holds(state, subject)) throw answeredElse(tool);
    checkAnswer(tool, context);
    return undefined;
  }
  if (consent.byValue && asked.value !== undefined && confirmations.holds(asked.value, subject))
    return undefined;
  const message = formatQuestion(question, redact);
  const value = confirmations.issue(subject);
  if (!canAsk(context, asked.capabilities)) throw nobodyToAsk(tool, message, value, consent.byValue);
  return inputRequired({
    inputRequests: {
      [FORM]: inputRequired.elicit({
        message,
        requestedSchema: {
          type: "object",
          properties: { [AGREED]: { type: "boolean", title: "Go ahead" } },
          required: [AGREED],
        },
      }),
    },
    requestState: value,
  });
}

function checkAnswer(tool: AnyTool, { mcpReq }: ServerContext): void {
  const answer = inputResponse(mcpReq.inputResponses, FORM);
  if (answer.kind === "elicit" && answer.action === "accept" && answer.content?.[AGREED] === true) return;
  const did = answer.kind === "elicit" && answer.action === "cancel" ? "closed the question" : "said no";
  throw new ToolError(
    "cancelled",
    `Did not go on with ${tool.name}: the user was asked and ${did}; nothing was changed`,
    `Ask the user what they want instead before you call \`${tool.name}\` again.`,
  );
}

/** A client that names no kind of elicitation takes forms (MCP 2025-11-25, client capabilities). */
function canAsk({ mcpReq }: ServerContext, declared: ClientCapabilities | undefined): boolean {
  // The SDK types the envelope as empty: its keys are constants that it exports.
  const envelope: { [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities } = mcpReq.envelope ?? {};
  const { elicitation } = envelope[CLIENT_CAPABILITIES_META_KEY] ?? declared ?? {};
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}

function formatQuestion({ question, facts }: Question, redact: (text: string) => string): string {
  return [question, ...facts.map((fact) => `- ${fact}`)]
    .map((line) => shorten(oneLine(redact(line))))
    .join("\n");
}

/** A name must not push what follows it out of sight. */
function shorten(line: string): string {
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE)}…`;
}

function answeredElse(tool: AnyTool): ToolError {
  return new ToolError(
    "aborted",
    `Cannot go on with ${tool.name}: what the user agreed to is not what this call would do, or was asked too long ago`,
    `Call \`${tool.name}\` anew: the user is asked again.`,
  );
}

function nobodyToAsk(tool: AnyTool, message: string, value: string, byValue: boolean): ToolError {
  const call = `call \`${tool.name}\` again with the same arguments and ${CONFIRM_ARGUMENT} "${value}"`;
  return new ToolError(
    "failed_precondition",
    `Cannot go on with ${tool.name} before the user agrees, and this host has no way to ask. ${message.replaceAll("\n", " ")}`,
    byValue
      ? `Show the user this question; if they agree, ${call} within ten minutes.`
      : `Ask the user to set \`MODAL_FMI_CONFIRM_BY_VALUE\` to 1 in the host's configuration of this server, as only then a confirmation is taken; then, if they agree, ${call}.`,
  );
}
