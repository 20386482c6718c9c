import { type ErrorCode, ToolError, toError } from "../errors.ts";

interface StatusRule {
  code: ErrorCode;
  /** Completes "Cannot <do something>: ". `url` is the endpoint's. */
  state: (url: string) => string;
  remedy: string;
}

const TOKEN_REMEDY =
  "Set `MODAL_TOKEN_ID` and `MODAL_TOKEN_SECRET` to a valid token, or write one to `~/.modal.toml` with `modal token new`.";
const REACH_REMEDY = "Check the network and `MODAL_SERVER_URL`, then call `diagnose`.";
const AGAIN_REMEDY = "Call again in a minute; if it fails again, call `diagnose`.";

/** gRPC status number -> what we say about it (https://grpc.io/docs/guides/status-codes/). */
const STATUS_RULES: Readonly<Record<number, StatusRule>> = {
  1: { code: "cancelled", state: () => "the request was cancelled", remedy: "Call again to repeat it." },
  2: { code: "unknown", state: () => "the server failed without saying why", remedy: AGAIN_REMEDY },
  3: {
    code: "invalid_argument",
    state: () => "the server refused the request as invalid",
    remedy: "Correct the names and values given, then call again.",
  },
  4: { code: "unavailable", state: (url) => `${url} did not answer in time`, remedy: REACH_REMEDY },
  5: {
    code: "not_found",
    state: () => "the server does not know it",
    remedy: "Call `diagnose` or `list_volume` to see what is there.",
  },
  6: {
    code: "already_exists",
    state: () => "there is one of that name already",
    remedy: "Use another name, or remove the one that is there.",
  },
  7: {
    code: "permission_denied",
    state: (url) => `the Modal token may not do this at ${url}`,
    remedy: "Use the token of a member with access, or set `MODAL_ENVIRONMENT` to another environment.",
  },
  8: {
    code: "resource_exhausted",
    state: () => "a limit of the server or the workspace is reached",
    remedy: AGAIN_REMEDY,
  },
  9: {
    code: "failed_precondition",
    state: () => "its present state does not allow it",
    remedy: "Call `diagnose` to see the state.",
  },
  10: { code: "aborted", state: () => "it collided with another change", remedy: "Call again." },
  11: {
    code: "out_of_range",
    state: () => "the range lies outside",
    remedy: "Call again with a smaller range.",
  },
  12: {
    code: "unimplemented",
    state: (url) => `${url} does not offer this request`,
    remedy: "Call `diagnose` to see what this server is.",
  },
  13: { code: "internal", state: () => "the server failed", remedy: AGAIN_REMEDY },
  14: { code: "unavailable", state: (url) => `${url} cannot be reached`, remedy: REACH_REMEDY },
  15: { code: "data_loss", state: () => "the server lost data", remedy: AGAIN_REMEDY },
  16: { code: "unauthenticated", state: (url) => `${url} rejected the Modal token`, remedy: TOKEN_REMEDY },
};

const DETAIL_LIMIT = 2_000;

/** The gRPC status number of a failed request, or undefined for any other error. */
export function findGrpcStatus(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const source = thrown instanceof ToolError ? thrown.cause : thrown;
  if (!(source instanceof Error) || !("code" in source) || !("details" in source)) return undefined;
  return typeof source.code === "number" ? source.code : undefined;
}

/**
 * Turns whatever a request threw into a ToolError "Cannot `what`: state". The server's own text is only in
 * `detail`; an error that may echo the credential (grpc-js does for a malformed one) loses its text and cause.
 */
export function toToolError(thrown: unknown, what: string, url: string): ToolError {
  if (thrown instanceof ToolError) return thrown;
  const error = toError(thrown);
  const rule = STATUS_RULES[findGrpcStatus(error) ?? -1];
  if (rule !== undefined) {
    const detail = "details" in error && typeof error.details === "string" ? error.details : "";
    return new ToolError(rule.code, `Cannot ${what}: ${rule.state(url)}`, rule.remedy, {
      detail: detail === "" ? undefined : detail.slice(0, DETAIL_LIMIT),
      cause: error,
    });
  }
  if (/illegal characters|missing credentials/i.test(error.message))
    return new ToolError("unauthenticated", `Cannot ${what}: the Modal token is malformed`, TOKEN_REMEDY);
  return new ToolError("internal", `Cannot ${what}: the request failed`, AGAIN_REMEDY, {
    detail: error.message.slice(0, DETAIL_LIMIT),
    cause: error,
  });
}

/** The error for work that its caller gave up; a ToolError given as the signal's reason is kept. */
export function cancelledError(what: string, reason: unknown): ToolError {
  if (reason instanceof ToolError) return reason;
  return new ToolError("cancelled", `Stopped before the end: ${what}`, "Call again to repeat it.");
}

/** The error for a failed transfer of a block or blob; `httpStatus` undefined means that no answer came. */
export function transferError(
  what: string,
  url: string,
  httpStatus: number | undefined,
  cause: unknown,
): ToolError {
  const host = new URL(url).host;
  if (httpStatus === undefined)
    return new ToolError("unavailable", `Cannot ${what}: the connection to ${host} failed`, REACH_REMEDY, {
      detail: toError(cause).message.slice(0, DETAIL_LIMIT),
      cause,
    });
  const code = httpStatus >= 500 || httpStatus === 429 ? "unavailable" : "failed_precondition";
  return new ToolError(code, `Cannot ${what}: ${host} answered with HTTP status ${httpStatus}`, AGAIN_REMEDY);
}
