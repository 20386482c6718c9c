/** The codes a {@link ToolError} may carry: gRPC's status names in lower snake case, and four of our own. */
export type ErrorCode =
  | "cancelled"
  | "unknown"
  | "invalid_argument"
  | "deadline_exceeded"
  | "not_found"
  | "already_exists"
  | "permission_denied"
  | "resource_exhausted"
  | "failed_precondition"
  | "aborted"
  | "out_of_range"
  | "unimplemented"
  | "internal"
  | "unavailable"
  | "data_loss"
  | "unauthenticated"
  | "function_failed"
  | "simulation_failed"
  | "timed_out"
  | "invalid_fmu";

/** What a {@link ToolError} may carry beside its message. */
export interface ToolErrorOptions {
  /** Text that is not ours (a traceback, a server's detail): shown bounded, redacted and fenced as data. */
  detail?: string | undefined;
  cause?: unknown;
}

/**
 * The one error type of the program.
 * `message` says what could not be done, to what, and the state; `remedy` is one imperative sentence that
 * names the exact tool, variable, file or command to use next.
 */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, message: string, remedy: string, options: ToolErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.remedy = remedy;
    this.detail = options.detail;
  }
}

/** Turns anything thrown into an `Error`, keeping one that is an `Error` already. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
