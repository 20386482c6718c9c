import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioClientTransportV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { MAIN, programEnv } from "../support/built-program.ts";
import { startTestEndpoint, type TestEndpoint } from "../support/emulator.ts";
import { makeHome } from "../support/home.ts";
import { fixture } from "../support/tool-client.ts";

type Answer = (question: string) => { action: "accept" | "decline"; content?: Record<string, boolean> };

interface AnyClient {
  connect(transport: never): Promise<void>;
  close(): Promise<void>;
  // biome-ignore lint/suspicious/noExplicitAny: three generations of clients type their results differently.
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<any>;
}

const info = { name: "e2e", version: "0" };

function clientV1(answer: Answer | undefined): AnyClient {
  const client = new ClientV1(info, { capabilities: answer ? { elicitation: {} } : {} });
  if (answer) client.setRequestHandler(ElicitRequestSchema, async ({ params }) => answer(params.message));
  return client as never;
}

function clientV2(mode: "legacy" | "auto") {
  return (answer: Answer | undefined): AnyClient => {
    const capabilities = answer ? { elicitation: { form: {} } } : {};
    const client = new Client(info, { versionNegotiation: { mode }, capabilities });
    if (answer) client.setRequestHandler("elicitation/create", async ({ params }) => answer(params.message));
    return client as never;
  };
}

const CLIENTS: [
  string,
  (answer: Answer | undefined) => AnyClient,
  typeof StdioClientTransport | typeof StdioClientTransportV1,
][] = [
  ["the v1 client", clientV1, StdioClientTransportV1],
  ["the v2 client, 2025 era", clientV2("legacy"), StdioClientTransport],
  ["the v2 client, 2026 era", clientV2("auto"), StdioClientTransport],
];

let modal: TestEndpoint;

beforeAll(async () => {
  modal = await startTestEndpoint();
});

afterAll(() => modal.close());

describe.each(CLIENTS)("Removing a file from Modal over stdio with %s", (_name, makeClient, Transport) => {
  /** Uploads an FMU and tries to remove it; tells the error's code and what is left. */
  async function remove(answer: Answer | undefined) {
    const home = await makeHome();
    const client = makeClient(answer);
    const env = {
      ...programEnv(home.path),
      MODAL_SERVER_URL: modal.url,
      MODAL_TOKEN_ID: modal.tokenId,
      MODAL_TOKEN_SECRET: modal.tokenSecret,
    };
    delete (env as Record<string, string>).MODAL_FMI_ENDPOINT;
    await client.connect(new Transport({ command: process.execPath, args: [MAIN], env }) as never);
    onTestFinished(async () => {
      await client.close();
      await home.remove();
    });
    const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args });
    const { structuredContent } = await call("upload_fmu", { path: fixture("feedthrough-2.fmu") });
    expect(structuredContent.endpoint.name).toBe("modal");
    const result = await call("manage_volume", { action: "remove", paths: [structuredContent.fmu_checksum] });
    const listed = await call("list_volume", {});
    return {
      code: result._meta?.["modal-fmi/error"]?.code,
      status: result.structuredContent?.status,
      left: listed.structuredContent.entries.length,
    };
  }

  test("goes on when the user agrees", async () => {
    const questions: string[] = [];
    const agree: Answer = (question) => {
      questions.push(question);
      return { action: "accept", content: { proceed: true } };
    };
    expect(await remove(agree)).toEqual({ code: undefined, status: "done", left: 0 });
    expect(questions).toHaveLength(1);
    expect(questions[0]).toContain("feedthrough-2.fmu");
  });

  test("does nothing when the user declines", async () => {
    expect(await remove(() => ({ action: "decline" }))).toEqual({
      code: "cancelled",
      status: undefined,
      left: 1,
    });
  });

  test("is refused where the host cannot ask", async () => {
    expect(await remove(undefined)).toEqual({ code: "failed_precondition", status: undefined, left: 1 });
  });
});
