import type { ModalClient, ModalClientParams } from "modal";
import { ToolError } from "../errors.ts";
import { createRedactor } from "../redact.ts";
import { createApps } from "./apps.ts";
import { createFunctionCalls } from "./function-calls.ts";
import { createFunctions } from "./functions.ts";
import { readIdentity } from "./identity.ts";
import { createLogs } from "./logs.ts";
import type { ConnectOptions, Modal } from "./modal.ts";
import type { Connection } from "./request.ts";
import { createVolumes } from "./volumes.ts";

/** Modal's control plane: every request of its protocol, typed. */
export type ControlPlane = ModalClient["cpClient"];

/** Seconds the SDK may obey a throttling server; without this it sleeps without limit. */
const MAX_THROTTLE_WAIT_S = 60;

/**
 * Connects to one Modal endpoint. No request is sent before the first method call. The environment, `~/.modal.toml`
 * and Modal's own host play no part. Throws `invalid_argument` for a bad URL, `unauthenticated` for a malformed token.
 */
export async function connectModal(options: ConnectOptions): Promise<Modal> {
  checkUrl(options.url);
  checkToken("MODAL_TOKEN_ID", options.tokenId);
  checkToken("MODAL_TOKEN_SECRET", options.tokenSecret);
  const closing = new AbortController();
  const throttling = { at: 0, words: "" };
  const onThrottle = (words: string) => Object.assign(throttling, { at: Date.now(), words });
  const connection: Connection = {
    controlPlane: await openControlPlane(options, onThrottle),
    url: options.url,
    environment: options.environment,
    closed: closing.signal,
  };
  return {
    url: connection.url,
    environment: connection.environment,
    volumes: createVolumes(connection),
    apps: createApps(connection),
    functions: createFunctions(connection),
    calls: createFunctionCalls(connection),
    logs: createLogs(connection),
    whoAmI: (signal) => readIdentity(connection, signal),
    throttledSince: (time) => (throttling.at > 0 && throttling.at >= time ? throttling.words : undefined),
    close: async () => closing.abort(),
  };
}

/**
 * Opens the raw control plane of one endpoint; {@link connectModal} is what the program uses.
 *
 * The SDK takes its URL from the environment or `~/.modal.toml` only, at construction. So it is constructed with a
 * placeholder for its control plane, makes a client for our URL, and takes that as its control plane: its token
 * requests go there too, and no channel to Modal's own host is ever made.
 */
export async function openControlPlane(
  options: ConnectOptions,
  onThrottle: (words: string) => void = () => {},
): Promise<ControlPlane> {
  const { ModalClient } = await import("modal");
  const client = new ModalClient({
    tokenId: options.tokenId,
    tokenSecret: options.tokenSecret,
    environment: options.environment,
    maxThrottleWaitSecs: MAX_THROTTLE_WAIT_S,
    logger: createSdkLogger(options, onThrottle),
    logLevel: "info",
    cpClient: {} as ControlPlane,
  });
  const controlPlane = client.ipClient(options.url);
  Object.assign(client, { cpClient: controlPlane });
  return controlPlane;
}

/** What the SDK logs when a server asks it to wait, each time a request is put off; nothing else tells. */
const THROTTLE_MESSAGE = "Server requested retry delay";

function createSdkLogger(
  options: ConnectOptions,
  onThrottle: (words: string) => void,
): NonNullable<ModalClientParams["logger"]> {
  const redact = createRedactor([options.tokenId, options.tokenSecret]);
  const at =
    (level: "debug" | "info" | "warn" | "error") =>
    (message: string, ...rest: unknown[]) => {
      if (message.startsWith(THROTTLE_MESSAGE))
        onThrottle(redact(String(rest[rest.indexOf("message") + 1] ?? "")));
      options.log(level, redact([message, ...rest].map(String).join(" ")));
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function checkUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isHttp = parsed?.protocol === "http:" || parsed?.protocol === "https:";
  // Modal's Python client takes a list separated by commas, which parses as one strange URL.
  if (isHttp && parsed.pathname === "/" && !url.includes(",")) return;
  throw new ToolError(
    "invalid_argument",
    "Cannot connect to Modal: the server URL is not one http or https URL",
    "Set `MODAL_SERVER_URL` to a single URL such as https://api.modal.com:443, or unset it.",
  );
}

/** grpc-js echoes a value with control or non-ASCII characters in its error, so such a token never gets there. */
function checkToken(variable: string, value: string): void {
  if (/^[\x21-\x7e]+$/.test(value)) return;
  const state = value === "" ? "is empty" : "holds spaces, control or non-ASCII characters";
  throw new ToolError(
    "unauthenticated",
    `Cannot connect to Modal: the value of ${variable} ${state}`,
    `Set \`${variable}\` to the token as Modal printed it, or write a new one with \`modal token new\`.`,
  );
}
