import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect, onTestFinished, test } from "vitest";
import { MAIN, programEnv } from "../support/built-program.ts";
import { makeHome } from "../support/home.ts";

const ROOM = fileURLToPath(new URL("../../examples/server-room.fmu", import.meta.url));

test("the built program draws a run, two runs over one another, and the run's resource", async () => {
  const home = await makeHome();
  const client = new Client({ name: "e2e", version: "0" });
  const env = programEnv(home.path);
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [MAIN], env }));
  onTestFinished(async () => {
    await client.close();
    await home.remove();
  });

  // biome-ignore lint/suspicious/noExplicitAny: results are looked into freely.
  async function call(name: string, args: Record<string, unknown>): Promise<any> {
    const result = await client.callTool({ name, arguments: args });
    expect(result.isError, JSON.stringify(result.content)).toBeFalsy();
    return result;
  }
  const imageOf = ({ content }: { content: { type: string; data?: string }[] }) =>
    Buffer.from(content.find(({ type }) => type === "image")?.data ?? "", "base64");

  const mild = await call("run_fmi_simulation", { path: ROOM, plot: true });
  const { run_id, plot_file } = mild.structuredContent;
  expect(imageOf(mild)).toEqual(await readFile(plot_file));

  const hot = await call("run_fmi_simulation", { path: ROOM, inputs: { T_outdoor: "40 degC" } });
  const { run_id: other } = hot.structuredContent;
  const both = imageOf(await call("get_run", { run_id, compare_with: other, plot: true }));
  expect(both.subarray(1, 4).toString()).toBe("PNG");
  expect(both.equals(imageOf(mild))).toBe(false);

  const { contents } = await client.readResource({ uri: `run://${run_id}/plot.png` });
  const [resource] = contents as { mimeType: string; blob: string }[];
  expect(resource?.mimeType).toBe("image/png");
  expect(Buffer.from(resource?.blob ?? "", "base64")).toEqual(imageOf(mild));
});
