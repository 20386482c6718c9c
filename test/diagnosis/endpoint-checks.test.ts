import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { checkServer, checkVolumes } from "../../src/diagnosis/endpoint-checks.ts";
import { ToolError } from "../../src/errors.ts";
import type { Identity, Modal } from "../../src/modal/modal.ts";

const NEVER = new AbortController().signal;

function fake(identity: Partial<Identity> = {}, volumes: string[] = []): Modal {
  const who = {
    workspace: "ada",
    environment: "main",
    tokenId: undefined,
    tokenName: undefined,
    ...identity,
  };
  const list = async () => volumes.map((name) => ({ id: name, name, version: 2 }));
  return { url: "http://127.0.0.1:1", whoAmI: async () => who, volumes: { list } } as unknown as Modal;
}

/** A port that accepts connections and says nothing. */
async function openPort(): Promise<string> {
  const server = createTcpServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A proxy that answers every CONNECT with a status. */
async function openProxy(status: number) {
  const server = createServer();
  server.on("connect", (_request, socket) => socket.end(`HTTP/1.1 ${status} Refused\r\n\r\n`));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { variable: "https_proxy", host: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

const OPTIONS = { note: "A note.", proxy: undefined, withinMs: 5000 };
const refusal = (
  code: "unauthenticated" | "permission_denied" | "not_found" | "resource_exhausted" | "unavailable",
) => new ToolError(code, "Cannot check the token", "Do this.", { detail: "the server's words" });
const rejecting = (error: Error) => async () => {
  throw error;
};

describe("checkServer", () => {
  test("names server, token, workspace and environment", async () => {
    const url = await openPort();
    const { checks, identity } = await checkServer({ ...fake({ tokenName: "laptop" }), url }, OPTIONS, NEVER);
    expect(checks).toMatchObject([
      { name: "server", status: "ok", message: expect.stringMatching(/:\d+ answers in \d+ ms\. A note\./) },
      { name: "token", status: "ok", message: 'Accepted (laptop): workspace "ada", environment "main"' },
    ]);
    expect(identity?.workspace).toBe("ada");
  });

  test("does without a token's name", async () => {
    const { checks } = await checkServer({ ...fake(), url: await openPort() }, OPTIONS, NEVER);
    expect(checks[1]?.message).toMatch(/^Accepted: workspace/);
  });

  test.each([
    [refusal("unauthenticated"), "token_rejected"],
    [refusal("permission_denied"), "permission_denied"],
    [refusal("not_found"), "environment_missing"],
    [refusal("resource_exhausted"), "endpoint_throttled"],
    [refusal("unavailable"), "endpoint_unreachable"],
  ])("%#: a refusal is %s, with the server's words as evidence", async (error, code) => {
    const modal = { ...fake(), url: await openPort(), whoAmI: rejecting(error) };
    const { checks, identity } = await checkServer(modal, OPTIONS, NEVER);
    expect(checks).toMatchObject([{ status: "fail", code, evidence: '"the server\'s words"' }]);
    expect(identity).toBeUndefined();
  });

  test("finds a closed port at once, while the client still tries", async () => {
    const modal = { ...fake(), url: "http://127.0.0.1:1", whoAmI: () => new Promise<never>(() => {}) };
    const { checks } = await checkServer(modal, OPTIONS, NEVER);
    expect(checks).toMatchObject([
      { code: "endpoint_unreachable", evidence: expect.stringContaining("ECONNREFUSED") },
    ]);
  });

  test("gives up a server that accepts connections and says nothing", async () => {
    const modal = { ...fake(), url: await openPort(), whoAmI: () => new Promise<never>(() => {}) };
    const { checks } = await checkServer(modal, { ...OPTIONS, withinMs: 200 }, NEVER);
    expect(checks).toMatchObject([
      { status: "fail", code: "endpoint_unreachable", evidence: expect.stringContaining("no answer within") },
    ]);
  });

  test("tells a server that asks to wait from a slow one", async () => {
    const waiting = { whoAmI: () => new Promise<never>(() => {}), throttledSince: () => "slow down" };
    const modal = { ...fake(), url: await openPort(), ...waiting };
    const { checks } = await checkServer(modal, { ...OPTIONS, withinMs: 200 }, NEVER);
    expect(checks).toMatchObject([{ code: "endpoint_throttled", evidence: '"slow down"' }]);
  });

  test("calls a server slow where plain requests take long too, and only then", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const url = await openPort();
    const taking = (...ms: number[]) => ({
      ...fake(),
      url,
      whoAmI: async () => {
        vi.setSystemTime(Date.now() + (ms.shift() ?? 0));
        return fake().whoAmI();
      },
    });
    const slow = await checkServer(taking(900, 800), OPTIONS, NEVER);
    expect(slow.checks[0]).toMatchObject({ status: "warn", code: "endpoint_slow" });
    expect(slow.checks[0]?.evidence).toMatch(/^9\d\d ms for the first answer, 8\d\d ms for a plain request$/);
    expect(slow.identity).toBeDefined();
    const warmingUp = await checkServer(taking(1900, 20), OPTIONS, NEVER);
    expect(warmingUp.checks[0]).toMatchObject({ status: "ok", code: null });
  });

  test.each([
    ["a proxy that refuses", 403, true, "proxy_in_the_way", "403"],
    ["a gateway that reaches nothing either", 502, false, "endpoint_unreachable", "502"],
    ["a gateway in front of an endpoint that answers", 502, true, "proxy_in_the_way", "502"],
  ])("tells %s", async (_, status, isUp, code, evidence) => {
    const proxy = await openProxy(status);
    const url = isUp ? await openPort() : "http://127.0.0.1:1";
    const modal = { ...fake(), url, whoAmI: rejecting(refusal("unavailable")) };
    const { checks } = await checkServer(modal, { ...OPTIONS, proxy }, NEVER);
    expect(checks).toMatchObject([{ code, evidence: expect.stringContaining(evidence) }]);
  });
});

test("checkVolumes tells the volumes there from those that the first upload creates", async () => {
  const modal = fake({}, ["fmi-cache", "other"]);
  expect(await checkVolumes(modal, ["fmi-cache", "fmi-cache-test"], NEVER)).toMatchObject([
    {
      status: "ok",
      message: expect.stringMatching(/^There: fmi-cache \(v2\)\..*first upload: fmi-cache-test/),
    },
  ]);
});
