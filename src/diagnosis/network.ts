import { request } from "node:http";
import { connect, isIPv4 } from "node:net";
import { toError } from "../errors.ts";
import type { Fault } from "./check.ts";
import { quoteForeign } from "./quote.ts";

/** The environment's variables. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A proxy that requests to an endpoint go through. */
export interface ProxyServer {
  /** Where it is set. */
  variable: string;
  /** Without user name and password. */
  host: string;
  port: number;
}

/** Longer than a busy computer needs to notice a connection that stands. */
const PROBE_WITHIN_MS = 5_500;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };
/** grpc-js reads these, in this order (grpc-js, src/http_proxy.ts). */
const PROXY_VARIABLES = ["grpc_proxy", "https_proxy", "http_proxy"] as const;
const CHECK_URL = "Check the network and `MODAL_SERVER_URL`, then call `diagnose` again.";

/** The proxy that gRPC to `url` goes through, or undefined. A variable that is set but empty counts as unset. */
export function findProxy(env: Variables, url: string): ProxyServer | undefined {
  const variable = PROXY_VARIABLES.find((name) => env[name]);
  const value = variable === undefined ? undefined : env[variable];
  if (variable === undefined || !value || !URL.canParse(value)) return undefined;
  const { protocol, hostname, port } = new URL(value);
  if (protocol !== "http:" || isBypassed(env, hostOf(new URL(url)))) return undefined;
  return { variable, host: hostname, port: Number(port) || 80 };
}

function isBypassed(env: Variables, host: string): boolean {
  const list = env.no_grpc_proxy || env.no_proxy || "";
  return list.split(",").some((entry) => entry !== "" && (isInBlock(host, entry) || host.endsWith(entry)));
}

function isInBlock(host: string, entry: string): boolean {
  const [network = "", bits = ""] = entry.split("/");
  if (!isIPv4(host) || !isIPv4(network) || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return false;
  const shift = 2 ** (32 - Number(bits));
  return Math.floor(toNumber(host) / shift) === Math.floor(toNumber(network) / shift);
}

function toNumber(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** Why nothing is reached at `url`: the proxy on the way, or the endpoint itself. Undefined where a connection can be made. */
export async function explainUnreachable(
  url: string,
  proxy: ProxyServer | undefined,
  signal: AbortSignal,
): Promise<Fault | undefined> {
  const target = new URL(url);
  const port = Number(target.port) || (DEFAULT_PORTS[target.protocol] ?? 443);
  const host = hostOf(target);
  const direct = tryConnection(host, port, signal);
  if (proxy === undefined) {
    const problem = await direct;
    return problem === undefined ? undefined : unreachable(url, problem);
  }
  const [open, refusal] = await Promise.all([direct, tryTunnel(proxy, `${host}:${port}`, signal)]);
  if (refusal === undefined) return undefined;
  // A gateway that reaches nothing either is not to blame.
  if (open !== undefined && refusal.isGateway) return unreachable(url, refusal.text);
  return {
    code: "proxy_in_the_way",
    message: `Requests to ${url} go through the proxy of ${proxy.variable}, which does not let them through`,
    evidence: `${proxy.host}:${proxy.port}: ${refusal.text}`,
    remedy: `Set the variable no_proxy to ${host} in the server's environment, or unset ${proxy.variable}, then start the server again.`,
  };
}

function unreachable(url: string, problem: string): Fault {
  return {
    code: "endpoint_unreachable",
    message: `Nothing answers at ${url}`,
    evidence: quoteForeign(problem),
    remedy: CHECK_URL,
  };
}

/** Resolves to what went wrong, or undefined where the port accepts a connection. */
function tryConnection(host: string, port: number, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PROBE_WITHIN_MS });
    const end = (problem: string | undefined) => {
      signal.removeEventListener("abort", stop);
      socket.destroy();
      resolve(problem);
    };
    const stop = () => end("no connection in time");
    signal.addEventListener("abort", stop, { once: true });
    socket.once("connect", () => end(undefined));
    socket.once("timeout", () => end(`no connection within ${PROBE_WITHIN_MS / 1000} s`));
    socket.on("error", (error) => end(error.message || toError(error).name));
  });
}

interface Refusal {
  text: string;
  /** The proxy passed the request on and got no answer. */
  isGateway: boolean;
}

/** Asks the proxy for a tunnel, as gRPC does; resolves to why there is none. */
function tryTunnel(
  { host, port }: ProxyServer,
  path: string,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  return new Promise((resolve) => {
    const asking = request({ host, port, method: "CONNECT", path, timeout: PROBE_WITHIN_MS, signal });
    const refuse = (text: string, isGateway = false) => {
      resolve({ text, isGateway });
      asking.destroy();
    };
    asking.once("connect", ({ statusCode = 0 }, socket) => {
      socket.on("error", () => {}).destroy();
      if (statusCode === 200) resolve(undefined);
      else refuse(`it answers ${statusCode} to CONNECT ${path}`, [502, 503, 504].includes(statusCode));
    });
    asking.once("response", ({ statusCode }) => refuse(`it answers ${statusCode} to CONNECT ${path}`));
    asking.once("timeout", () => refuse(`no answer within ${PROBE_WITHIN_MS / 1000} s`));
    asking.on("error", (error) => refuse(quoteForeign(error.message || error.name)));
    asking.end();
  });
}
