import type { Tool } from "@modelcontextprotocol/server";
import * as z from "zod";
import type { AnyTool } from "../tools/tool.ts";

type JsonSchema = Record<string, unknown>;

/** Checked by us and answered in words: what an assistant needs not know before it calls. */
const CHECKED_HERE = [
  ...["minLength", "maxLength", "minItems", "maxItems", "pattern", "propertyNames"],
  "exclusiveMinimum",
];

/** The argument by which an assistant passes a confirmation on, where the host's configuration takes it. */
export const CONFIRM_ARGUMENT = "confirm";

/**
 * A tool as `tools/list` shows it; the schemas are JSON Schema 2020-12. Every session pays for these bytes, so the
 * output's schema stays with the top-level members, true but no deeper, and limits that the server checks are left out.
 */
export function publish(tool: AnyTool, options: { confirmByValue: boolean } = { confirmByValue: false }) {
  const inputSchema = publishInput(tool.input);
  if (tool.confirm !== undefined && options.confirmByValue)
    inputSchema.properties = { ...inputSchema.properties, [CONFIRM_ARGUMENT]: { type: "string" } };
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema,
    outputSchema: publishOutput(tool.output),
    annotations: {
      readOnlyHint: tool.hints.readOnly,
      destructiveHint: tool.hints.destructive,
      idempotentHint: tool.hints.idempotent,
      openWorldHint: tool.hints.openWorld,
    },
  };
}

type ObjectSchema = Tool["inputSchema"];

function publishInput(schema: z.ZodType): ObjectSchema {
  const { $schema: _, ...published } = z.toJSONSchema(schema, {
    io: "input",
    override: ({ jsonSchema }) => {
      for (const name of CHECKED_HERE) delete jsonSchema[name as keyof typeof jsonSchema];
      // Nobody expects a switch to be on, or a map to be full.
      if (jsonSchema.default === false || JSON.stringify(jsonSchema.default) === "{}")
        delete jsonSchema.default;
      // What the members of a map may be is said in words.
      if (typeof jsonSchema.additionalProperties === "object") delete jsonSchema.additionalProperties;
    },
  });
  return published as ObjectSchema;
}

function publishOutput(schema: z.ZodType): ObjectSchema {
  const whole = z.toJSONSchema(schema, { io: "output" }) as { properties?: Record<string, JsonSchema> };
  const members = Object.entries(whole.properties ?? {});
  return {
    type: "object",
    properties: Object.fromEntries(members.map(([name, member]) => [name, outline(member)])),
  } as ObjectSchema;
}

/** A member's type and the values it may have; not what lies within it. */
function outline(member: JsonSchema): JsonSchema {
  const alternatives = Array.isArray(member.anyOf) ? (member.anyOf as JsonSchema[]) : [member];
  const types = [...new Set(alternatives.flatMap(({ type }) => (type === undefined ? [] : type)))];
  const isOpen = alternatives.some(({ type }) => type === undefined);
  return {
    ...(isOpen ? {} : { type: types.length === 1 ? types[0] : types }),
    ...(member.enum === undefined ? {} : { enum: member.enum }),
  };
}
