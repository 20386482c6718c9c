import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "./support/temporary-folder.ts";

const PLACEHOLDER = "/ABSOLUTE/PATH/TO/dist/main.js";

test("mcp.json.example, with its one placeholder filled in, starts the server from any folder", async () => {
  const home = await temporaryFolder();
  const example = await readFile(new URL("../mcp.json.example", import.meta.url), "utf8");
  expect(example.split("/ABSOLUTE/")).toHaveLength(2);
  const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
  const { mcpServers } = JSON.parse(example.replace(PLACEHOLDER, JSON.stringify(main).slice(1, -1)));
  expect(Object.keys(mcpServers)).toEqual(["modal-fmi"]);
  const { command, args } = mcpServers["modal-fmi"];
  const client = new Client({ name: "test", version: "1" });
  onTestFinished(() => client.close());
  const env = { PATH: process.env.PATH ?? "", HOME: home, MODAL_FMI_HOME: home };
  await client.connect(new StdioClientTransport({ command, args, env, cwd: "/" }));
  const { tools } = await client.listTools();
  expect(tools.map((tool) => tool.name)).toContain("run_fmi_simulation");
});
