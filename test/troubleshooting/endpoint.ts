import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";
import type { State } from "./state.ts";

/** Nobody listens there; a free port would be some other server's a moment later. */
const CLOSED_PORT = 9;

/** A proxy that refuses every connection; it ends with this process. */
async function refusingProxy(): Promise<number> {
  const server = createServer();
  server.on("connect", (_request, socket) => socket.end("HTTP/1.1 403 Forbidden\r\n\r\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return (server.address() as AddressInfo).port;
}

/** Sets a proxy for this computer's programs, and none of the exceptions. */
const useProxy =
  (openPort: () => Promise<number>): NonNullable<State["arrange"]> =>
  async (setting) => {
    // grpc-js would tell standard error.
    setLogVerbosity(logVerbosity.NONE);
    const proxy = `http://127.0.0.1:${await openPort()}`;
    const variables = { http_proxy: proxy, https_proxy: proxy, no_proxy: "", NO_PROXY: "" };
    Object.assign(setting.env, variables);
    Object.assign(setting.processEnv, variables);
  };

/** Faults of the way to the endpoint, and of the token there. */
export const ENDPOINT_STATES: readonly State[] = [
  {
    name: "proxy_in_the_way",
    description: "A proxy is set that lets nothing through",
    fault: true,
    holds: ["url", "way"],
    arrange: useProxy(refusingProxy),
    expected: { code: "proxy_in_the_way", cause: /proxy/i, remedy: "no_proxy" },
  },
  {
    name: "proxy_gone",
    description: "A proxy is set that is not there",
    fault: true,
    likeAnother: true,
    holds: ["url", "way"],
    arrange: useProxy(async () => CLOSED_PORT),
    expected: { code: "proxy_in_the_way", cause: /proxy/i, remedy: "no_proxy" },
  },
  {
    name: "endpoint_unreachable",
    description: "Nothing listens at the server's URL",
    fault: true,
    holds: ["url", "way"],
    arrange: ({ env }) => {
      env.MODAL_SERVER_URL = `http://127.0.0.1:${CLOSED_PORT}`;
    },
    expected: { code: "endpoint_unreachable", cause: "http://127.0.0.1:", remedy: "MODAL_SERVER_URL" },
  },
  {
    name: "not_modal",
    description: "What listens at the server's URL is another program",
    fault: true,
    likeAnother: true,
    holds: ["url", "way"],
    arrange: async ({ env }) => {
      env.MODAL_SERVER_URL = `http://127.0.0.1:${await refusingProxy()}`;
    },
    expected: { code: "endpoint_unreachable", cause: "http://127.0.0.1:", remedy: "MODAL_SERVER_URL" },
  },
  {
    name: "not_tls",
    description: "The server's URL is https, and what listens there does not speak TLS",
    fault: true,
    likeAnother: true,
    holds: ["url", "way"],
    arrange: ({ env }, { emulator }) => {
      env.MODAL_SERVER_URL = emulator.url.replace("http://127.0.0.1", "https://localhost");
    },
    expected: { code: "endpoint_unreachable", cause: "https://localhost:", remedy: "MODAL_SERVER_URL" },
  },
  {
    name: "no_such_host",
    description: "No host has the name in the server's URL",
    fault: true,
    likeAnother: true,
    holds: ["url", "way"],
    arrange: ({ env }) => {
      env.MODAL_SERVER_URL = "http://no-such-host.invalid:443";
    },
    expected: { code: "endpoint_unreachable", cause: "no-such-host.invalid", remedy: "MODAL_SERVER_URL" },
  },
  {
    name: "endpoint_throttled",
    description: "The server answers that requests are to wait",
    fault: true,
    holds: ["way", "admittance"],
    arrange: ({ faults }) => void faults.push("endpoint_throttled"),
    foreign: "Rate limit exceeded",
    expected: { code: "endpoint_throttled", cause: /limit|throttl/i, remedy: /wait|again/i },
  },
  {
    name: "token_rejected",
    description: "The server does not know the token",
    fault: true,
    holds: ["token", "admittance"],
    arrange: ({ env }) => {
      env.MODAL_TOKEN_SECRET = "as-nobodysSecret0001";
    },
    foreign: "Token validation failed",
    expected: { code: "token_rejected", cause: "rejected", remedy: /modal token new/ },
  },
  {
    name: "token_expired",
    description: "The token was good once",
    fault: true,
    holds: ["token", "admittance"],
    arrange: ({ faults }) => void faults.push("token_expired"),
    foreign: "Token has expired",
    expected: { code: "token_rejected", cause: "rejected", remedy: /modal token new/ },
  },
  {
    name: "permission_denied",
    description: "The token is good, but its member may not use the environment",
    fault: true,
    holds: ["environment"],
    arrange: ({ faults }) => void faults.push("permission_denied"),
    foreign: "does not have access",
    expected: {
      code: "permission_denied",
      cause: /may not|permission|access/i,
      remedy: /MODAL_ENVIRONMENT|token/,
    },
  },
  {
    name: "environment_missing",
    description: "The workspace has no environment of the name that is set",
    fault: true,
    holds: ["environment", "own environment"],
    arrange: ({ env }) => {
      env.MODAL_ENVIRONMENT = "staging";
    },
    expected: { code: "environment_missing", cause: "staging", remedy: /MODAL_ENVIRONMENT|environment/ },
  },
  {
    name: "endpoint_slow",
    description: "Every answer takes most of a second longer",
    fault: true,
    holds: ["way"],
    arrange: ({ faults }) => void faults.push("endpoint_slow"),
    expected: { code: "endpoint_slow", cause: /slow|ms|took/i, remedy: /network|again/i },
  },
];
