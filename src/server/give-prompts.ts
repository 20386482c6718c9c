import { ProtocolError, ProtocolErrorCode, type Server } from "@modelcontextprotocol/server";
import type { Prompt } from "../prompts/prompt.ts";
import type { Services } from "../tools/services.ts";
import type { ServerOptions } from "./options.ts";

const MOST_COMPLETIONS = 100;
const LONGEST_ARGUMENT = 4_000;

type Complete = (start: string, services: Services) => Promise<string[]>;

/** Answers the requests about prompts, and those for completions of their arguments and of resources' ids. */
export function servePrompts(server: Server, options: ServerOptions): void {
  server.setRequestHandler("prompts/list", async () => ({
    prompts: (await options.prompts()).map(publishPrompt),
  }));
  server.setRequestHandler("prompts/get", async ({ params }) => {
    const prompt = findPrompt(await options.prompts(), params.name);
    const given = params.arguments ?? {};
    checkArguments(prompt, given);
    const text = prompt.write((name) => given[name]?.trim() ?? "");
    return {
      description: prompt.description,
      messages: [{ role: "user" as const, content: { type: "text" as const, text } }],
    };
  });
  server.setRequestHandler("completion/complete", async ({ params: { ref, argument } }) => {
    const complete =
      ref.type === "ref/prompt"
        ? findPrompt(await options.prompts(), ref.name).arguments.find((one) => one.name === argument.name)
            ?.complete
        : await completeOfTemplate(options, ref.uri, argument.name);
    // Nothing to offer is better than an error in the middle of typing.
    const all = (await complete?.(argument.value, options.services).catch(() => [])) ?? [];
    const values = all.slice(0, MOST_COMPLETIONS).map(options.redact);
    return { completion: { values, total: all.length, hasMore: all.length > values.length } };
  });
}

async function completeOfTemplate(
  options: ServerOptions,
  uriTemplate: string,
  variable: string,
): Promise<Complete | undefined> {
  const { templates } = await options.resources();
  const template = templates.find((one) => one.uriTemplate === uriTemplate);
  if (template === undefined) throw invalid(`no resource template is "${uriTemplate.slice(0, 80)}"`);
  return template.variable === variable ? template.complete : undefined;
}

function publishPrompt({ name, title, description, arguments: args }: Prompt) {
  return {
    name,
    title,
    description,
    arguments: args.map(({ complete: _, ...published }) => published),
  };
}

function findPrompt(prompts: readonly Prompt[], name: string): Prompt {
  const prompt = prompts.find((candidate) => candidate.name === name);
  if (prompt) return prompt;
  throw invalid(
    `no prompt is "${name.slice(0, 80)}"; there are ${prompts.map((one) => one.name).join(", ")}`,
  );
}

function checkArguments(prompt: Prompt, given: Readonly<Record<string, string>>): void {
  const names = prompt.arguments.map(({ name }) => name);
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw invalid(
      `prompt ${prompt.name} takes ${names.join(", ") || "no arguments"}, not ${unknown.join(", ").slice(0, 80)}`,
    );
  const missing = prompt.arguments.filter(({ name, required }) => required && !given[name]?.trim());
  if (missing.length > 0)
    throw invalid(`prompt ${prompt.name} needs ${missing.map(({ name }) => name).join(", ")}`);
  if (Object.values(given).some((value) => value.length > LONGEST_ARGUMENT))
    throw invalid(`an argument of prompt ${prompt.name} is longer than ${LONGEST_ARGUMENT} characters`);
}

function invalid(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}
