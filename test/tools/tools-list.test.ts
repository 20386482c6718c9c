import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Client, Tool } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { TOOLS } from "../../src/tools/index.ts";
import { INSTRUCTIONS } from "../../src/wiring/instructions.ts";
import { makeHome } from "../support/home.ts";
import { startToolClient, type ToolClient } from "../support/tool-client.ts";

const EXAMPLES = fileURLToPath(new URL("../../examples", import.meta.url));

/** What a session pays, in tokens of 4 bytes. */
const TOKENS = { all: 5_000, tool: 800, run_fmi_simulation: 1_100, result: 700 };
/** What the assistant's host puts before a tool's name. */
const SERVER_KEY = "modal-fmi";

let client: Client;
let tools: Tool[];
let server: ToolClient;

async function start(env: Record<string, string> = {}): Promise<ToolClient> {
  const home = await makeHome();
  const started = await startToolClient(home.path, env);
  const close = async () => {
    await started.close();
    await home.remove();
  };
  return { ...started, close };
}

beforeAll(async () => {
  server = await start();
  ({ client } = server);
  ({ tools } = await client.listTools());
});

afterAll(() => server.close());

const tokens = (value: unknown) => Buffer.byteLength(JSON.stringify(value)) / 4;

test("tools/list costs a session no more than its budget", () => {
  expect(tokens({ tools })).toBeLessThanOrEqual(TOKENS.all);
  const large = tools.filter(
    (tool) => tokens(tool) > (tool.name === "run_fmi_simulation" ? TOKENS[tool.name] : TOKENS.tool),
  );
  expect(large.map((tool) => [tool.name, tokens(tool)])).toEqual([]);
});

test("tools/list keeps to the budget where a confirmation is taken as an argument", async () => {
  const other = await start({ MODAL_FMI_CONFIRM_BY_VALUE: "1" });
  onTestFinished(other.close);
  const { tools: longer } = await other.client.listTools();
  expect(tokens({ tools: longer })).toBeLessThanOrEqual(TOKENS.all);
  const asking = longer.filter(({ inputSchema }) => inputSchema.properties?.confirm !== undefined);
  expect(asking.map(({ name }) => name)).toEqual(
    TOOLS.filter((tool) => tool.confirm).map(({ name }) => name),
  );
});

test("the instructions fit where hosts cut them", () => {
  expect(INSTRUCTIONS.length).toBeLessThan(2_048);
});

test.each(readdirSync(EXAMPLES).filter((name) => name.endsWith(".fmu")))(
  "a default run of %s is told in its budget, whether a host shows text and links or the structured content",
  async (name) => {
    const args = { path: join(EXAMPLES, name) };
    const { content, structuredContent } = await client.callTool({
      name: "run_fmi_simulation",
      arguments: args,
    });
    expect(structuredContent).toMatchObject({ status: "success" });
    expect(tokens(structuredContent)).toBeLessThanOrEqual(TOKENS.result);
    const [text, ...links] = content;
    expect(links.map(({ type }) => type)).toContain("resource_link");
    const shown = text?.type === "text" ? text.text : expect.unreachable();
    expect(Buffer.byteLength(shown) / 4 + tokens(links)).toBeLessThanOrEqual(TOKENS.result);
  },
);

describe.each(TOOLS)("The tool $name", ({ name, input, output }) => {
  const published = () => tools.find((tool) => tool.name === name) ?? expect.unreachable();

  test("has a title, a short description and all four hints", () => {
    const { title, description, annotations } = published();
    expect(title).toMatch(/^[A-Z].{3,}/);
    expect(description?.length).toBeGreaterThan(30);
    expect(description?.length).toBeLessThan(600);
    expect(annotations).toEqual({
      readOnlyHint: expect.any(Boolean),
      destructiveHint: expect.any(Boolean),
      idempotentHint: expect.any(Boolean),
      openWorldHint: expect.any(Boolean),
    });
    if (annotations?.readOnlyHint) expect(annotations.destructiveHint).toBe(false);
    expect(`${SERVER_KEY}${name}`.length).toBeLessThanOrEqual(60);
  });

  test("takes the arguments it lists and no others", async () => {
    const { inputSchema } = published();
    expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
    expect(Object.keys(inputSchema.properties ?? {})).toEqual(Object.keys(input.shape));
    for (const keyword of ["anyOf", "oneOf", "allOf", "$schema"])
      expect(inputSchema).not.toHaveProperty(keyword);
    const required = Object.fromEntries((inputSchema.required ?? []).map((argument) => [argument, "x"]));
    const error = await server.fail(name, { ...required, nonsense: 1 });
    expect(error).toMatchObject({ code: "invalid_argument", message: expect.stringContaining("nonsense") });
  });

  test("lists every member of its result", () => {
    const { outputSchema } = published();
    expect(outputSchema?.type).toBe("object");
    expect(Object.keys(outputSchema?.properties ?? {})).toEqual(Object.keys(output.shape));
  });
});
