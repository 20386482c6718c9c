import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioClientTransportV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect, onTestFinished, test } from "vitest";
import { TOOLS } from "../../src/tools/index.ts";
import { MAIN, programEnv } from "../support/built-program.ts";
import { makeHome } from "../support/home.ts";
import { fixture } from "../support/tool-client.ts";

interface AnyClient {
  connect(transport: never): Promise<void>;
  close(): Promise<void>;
  listTools(): Promise<{ tools: { name: string }[] }>;
  // biome-ignore lint/suspicious/noExplicitAny: three generations of clients type their results differently.
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<any>;
}

const info = { name: "e2e", version: "0" };
const CLIENTS: [string, () => AnyClient, typeof StdioClientTransport | typeof StdioClientTransportV1][] = [
  ["the v1 client", () => new ClientV1(info) as never, StdioClientTransportV1],
  [
    "the v2 client, 2025 era",
    () => new Client(info, { versionNegotiation: { mode: "legacy" } }) as never,
    StdioClientTransport,
  ],
  [
    "the v2 client, 2026 era",
    () => new Client(info, { versionNegotiation: { mode: "auto" } }) as never,
    StdioClientTransport,
  ],
];

test.each(CLIENTS)(
  "%s uploads, runs, lists, reads the log and diagnoses",
  async (_name, makeClient, Transport) => {
    const home = await makeHome();
    const client = makeClient();
    const transport = new Transport({ command: process.execPath, args: [MAIN], env: programEnv(home.path) });
    await client.connect(transport as never);
    onTestFinished(async () => {
      await client.close();
      await home.remove();
    });
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(TOOLS.map(({ name }) => name));
    const call = async (name: string, args: Record<string, unknown> = {}) => {
      const result = await client.callTool({ name, arguments: args });
      expect(result.isError, JSON.stringify(result.content)).toBeFalsy();
      return result.structuredContent;
    };
    const { fmu_checksum } = await call("upload_fmu", { path: fixture("feedthrough-2.fmu") });
    const run = await call("run_fmi_simulation", { fmu_checksum, inputs: { int_in: 5 } });
    expect(run).toMatchObject({ status: "success", outputs: { int_out: 5 } });
    expect((await call("list_volume")).entries).toHaveLength(1);
    expect((await call("tail_logs", { run_id: run.run_id })).line_count).toBeGreaterThan(0);
    expect((await call("diagnose")).status).not.toBe("fail");
    expect((await call("deploy_runner")).status).toBe("deployed");
    expect(await call("cancel_run", { run_id: run.run_id })).toMatchObject({ cancelled: false });
    const error = await client.callTool({ name: "upload_fmu", arguments: { path: "/no/such.fmu" } });
    expect(error).toMatchObject({ isError: true });
    expect(error.structuredContent).toBeUndefined();
  },
);
