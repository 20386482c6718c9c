import { afterEach, beforeEach, expect, test } from "vitest";
import { ToolError } from "../../src/errors.ts";
import { FakeToolServer, SECRET } from "../support/fake-tool-server.ts";

let fake: FakeToolServer;

beforeEach(() => {
  fake = new FakeToolServer();
});

afterEach(() => fake.close());

test("createServer redacts what resources, prompts and completions say", async () => {
  const said = `say ${SECRET}`;
  fake.resources = {
    templates: [
      {
        ...{
          uriTemplate: "run://{id}",
          variable: "id",
          name: "r",
          title: "R",
          description: "d",
          mimeType: "text/plain",
        },
        read: async () => ({ mimeType: "text/plain", content: said }),
        complete: async () => [SECRET],
      },
    ],
    list: async () => [{ uri: "run://a", name: "a", description: `${said}\nmore`, mimeType: "text/plain" }],
  };
  const client = await fake.connectV2();
  const ref = { type: "ref/resource" as const, uri: "run://{id}" };
  const answers = [
    await client.readResource({ uri: "run://a" }),
    await client.listResources(),
    await client.complete({ ref, argument: { name: "id", value: "" } }),
  ];
  for (const answer of answers) {
    expect(JSON.stringify(answer)).not.toContain(SECRET);
    expect(JSON.stringify(answer)).toContain("[redacted]");
  }
});

test("createServer answers what a resource throws with its words, and not found with -32602", async () => {
  const template = {
    ...{
      uriTemplate: "run://{id}",
      variable: "id",
      name: "r",
      title: "R",
      description: "d",
      mimeType: "text/plain",
    },
    complete: async () => Promise.reject(new Error("no completion")),
  };
  const read = async (id: string) => {
    if (id === "full") throw new ToolError("resource_exhausted", "Cannot hand over", "Read the file.");
    if (id === "gone") throw new ToolError("not_found", "Cannot find it", "Look elsewhere.");
    return undefined;
  };
  fake.resources = { templates: [{ ...template, read }], list: async () => [] };
  const client = await fake.connectV2();
  await expect(client.readResource({ uri: "run://full" })).rejects.toMatchObject({
    code: -32603,
    message: expect.stringContaining("Cannot hand over. Read the file."),
  });
  for (const uri of ["run://gone", "run://nothing", "other://x"])
    await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32602 });
  const ref = { type: "ref/resource" as const, uri: "run://{id}" };
  const { completion } = await client.complete({ ref, argument: { name: "id", value: "" } });
  expect(completion.values).toEqual([]);
});
