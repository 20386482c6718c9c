import type { Client } from "@modelcontextprotocol/client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ERROR_META, publish } from "../../src/server.ts";
import type { AnyTool } from "../../src/tools/tool.ts";
import { type Answer, FakeToolServer, fakeTool, SECRET } from "../support/fake-tool-server.ts";

let fake: FakeToolServer;
/** Counts of the calls whose work was done. */
let done: number[];

beforeEach(() => {
  fake = new FakeToolServer();
  done = [];
  fake.act = async ({ count }) => {
    done.push(count);
    return { count, notes: [] };
  };
  fake.extras = {
    confirm: async ({ count }: { count: number }) =>
      count > 1 ? { question: `Count to ${count}?`, facts: [`key ${SECRET}`, "two\nlines"] } : undefined,
  };
});

afterEach(() => fake.close());

const ASKING: [string, (answer?: Answer) => Promise<Client>][] = [
  ["v1 client", (answer) => fake.connectV1(answer)],
  ["v2 client, 2025 era", (answer) => fake.connectV2(answer)],
  ["v2 client, newest era", (answer) => fake.connectOverHttp("auto", answer)],
];

const yes: Answer = () => ({ action: "accept", content: { proceed: true } });

async function call(client: Client, args: Record<string, unknown>) {
  const result = await client.callTool({ name: "count", arguments: args });
  const error = result._meta?.[ERROR_META] as { code: string; message: string; remedy: string } | undefined;
  return { error, structured: result.structuredContent };
}

describe.each(ASKING)("A tool that asks, with the %s,", (era, connect) => {
  test("runs once when the user agrees, having shown question and facts", async () => {
    const questions: string[] = [];
    const client = await connect((question) => {
      questions.push(question);
      expect(done).toEqual([]);
      return yes(question);
    });
    expect(await call(client, { count: 2 })).toMatchObject({ structured: { count: 2 } });
    expect(questions).toEqual(["Count to 2?\n- key [redacted]\n- two\\nlines"]);
    expect(done).toEqual([2]);
    if (era.includes("newest")) expect(client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
  });

  test("runs without a question where there is none", async () => {
    const client = await connect(() => expect.unreachable());
    expect((await call(client, { count: 1 })).error).toBeUndefined();
    expect(done).toEqual([1]);
  });

  test.each([
    [{ action: "decline" as const }],
    [{ action: "cancel" as const }],
    [{ action: "accept" as const, content: { proceed: false } }],
    [{ action: "accept" as const, content: {} }],
  ])("does nothing when the user answers %j", async (answer) => {
    // A client may refuse to send an answer that does not fit the form; then nothing runs either.
    const result = await call(await connect(() => answer), { count: 2 });
    expect(result.structured).toBeUndefined();
    if (result.error) expect(result.error.code).toBe("cancelled");
    expect(done).toEqual([]);
  });

  test("does nothing when what was asked about changes before the answer", async () => {
    let asked = 0;
    fake.extras = { confirm: async () => ({ question: `Price ${++asked}?`, facts: [] }) };
    expect((await call(await connect(yes), { count: 2 })).error?.code).toBe("aborted");
    expect(done).toEqual([]);
  });

  test("is refused where the client cannot ask, with a value that counts for nothing", async () => {
    const client = await connect();
    const { error } = await call(client, { count: 2 });
    expect(error).toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("Count to 2? - key [redacted]"),
      remedy: expect.stringContaining("`MODAL_FMI_CONFIRM_BY_VALUE`"),
    });
    const value = valueIn(error?.remedy);
    expect((await call(client, { count: 2, confirm: value })).error?.code).toBe("failed_precondition");
    expect(done).toEqual([]);
  });

  test("takes a value where the configuration says so, for these arguments only", async () => {
    fake.confirmByValue = true;
    const client = await connect();
    const value = valueIn((await call(client, { count: 2 })).error?.remedy);
    for (const confirm of [`${value}x`, "", "a.b", 5])
      expect((await call(client, { count: 2, confirm })).error?.code).toBe("failed_precondition");
    expect((await call(client, { count: 3, confirm: value })).error?.code).toBe("failed_precondition");
    expect(done).toEqual([]);
    expect(await call(client, { count: 2, confirm: value })).toMatchObject({ structured: { count: 2 } });
    expect(done).toEqual([2]);
  });
});

test("publish lists the argument confirm only where it is taken, and for tools that ask only", () => {
  const { confirm: _, ...plain } = fakeTool(fake.act);
  const asking = { ...plain, ...fake.extras };
  const properties = (tool: AnyTool, confirmByValue: boolean) =>
    publish(tool, { confirmByValue }).inputSchema.properties;
  expect(properties(asking, true)).toHaveProperty("confirm", { type: "string" });
  expect(properties(asking, false)).not.toHaveProperty("confirm");
  expect(properties(plain, true)).not.toHaveProperty("confirm");
});

describe("In the newest era, where the client carries the state,", () => {
  /** Asks once and hands over what the server wants back. */
  async function ask(client: Client, count: number) {
    const result = (await client.request(
      { method: "tools/call", params: { name: "count", arguments: { count } } },
      { allowInputRequired: true } as never,
    )) as unknown as { resultType: string; requestState: string };
    expect(result.resultType).toBe("input_required");
    return result.requestState;
  }

  async function answer(client: Client, count: number, requestState: string, proceed = true) {
    const result = await client.request({
      method: "tools/call",
      params: {
        name: "count",
        arguments: { count },
        requestState,
        inputResponses: { consent: { action: "accept", content: { proceed } } },
      },
    } as never);
    return (result as { _meta?: Record<string, { code: string }> })._meta?.[ERROR_META]?.code;
  }

  test("an answer about other arguments, or a no, is refused", async () => {
    const client = await fake.connectOverHttp("auto", yes);
    const state = await ask(client, 2);
    expect(await answer(client, 3, state)).toBe("aborted");
    expect(await answer(client, 2, state, false)).toBe("cancelled");
    expect(done).toEqual([]);
    expect(await answer(client, 2, state)).toBeUndefined();
    expect(done).toEqual([2]);
  });

  test.each([
    ["changed", (state: string) => state.replace(/^./, (first) => (first === "a" ? "b" : "a"))],
    ["with another signature", (state: string) => `${state.slice(0, -9)}AAAAAAAAA`],
    ["made up", () => "anything"],
    ["empty", () => ""],
  ])("a state %s is invalid params", async (_, change) => {
    const client = await fake.connectOverHttp("auto", yes);
    const state = await ask(client, 2);
    await expect(answer(client, 2, change(state))).rejects.toMatchObject({ code: -32602 });
    expect(done).toEqual([]);
  });
});

test("A client over stateless HTTP of the 2025 era is refused, as nobody can be asked there", async () => {
  const { error } = await call(await fake.connectOverHttp("legacy", yes), { count: 2 });
  expect(error?.code).toBe("failed_precondition");
  expect(done).toEqual([]);
});

function valueIn(remedy: string | undefined): string {
  return /confirm "([^"]+)"/.exec(remedy ?? "")?.[1] ?? expect.unreachable();
}
