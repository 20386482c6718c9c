import { ToolError, toError } from "../errors.ts";
import { limitTime } from "../time-limit.ts";
import { precedenceOf } from "./codes.ts";
import { quoteForeign } from "./quote.ts";

/** One finding: what was looked at, how it stands, what shows it, and what to do about it. */
export interface Check {
  name: string;
  /** skipped: it depends on another check, which failed. */
  status: "ok" | "warn" | "fail" | "skipped";
  /** Of `CAUSE_CODES` where something is wrong, another word for a state worth a name, or null. */
  code: string | null;
  message: string;
  /** The figure or the line that shows it; text that is not ours is in quotes. */
  evidence: string | null;
  remedy: string | null;
}

/** What a check that finds something wrong says. */
export interface Fault {
  code: string;
  message: string;
  evidence?: string | undefined;
  remedy: string;
}

/** What is most likely wrong, what shows it, and what to do next. */
export interface LikelyCause {
  code: string;
  message: string;
  evidence: string | null;
  next_step: string;
}

/** A group of checks that takes longer is given up, and the others are not held up, ms. */
const CHECK_WITHIN_MS = 8_000;

const AGAIN = "Check the network, then call `diagnose` again.";

export function ok(name: string, message: string, code: string | null = null): Check {
  return { name, status: "ok", code, message, evidence: null, remedy: null };
}

export const warn = (name: string, fault: Fault): Check => toCheck(name, "warn", fault);

export const fail = (name: string, fault: Fault): Check => toCheck(name, "fail", fault);

/** A check that was not made, and why. */
export function skip(name: string, why: string): Check {
  return {
    name,
    status: "skipped",
    code: null,
    message: `Not checked: ${why}`,
    evidence: null,
    remedy: null,
  };
}

function toCheck(name: string, status: "warn" | "fail", { code, message, evidence, remedy }: Fault): Check {
  return { name, status, code, message, evidence: evidence ?? null, remedy };
}

/** Of several findings the one to be mended first; null where nothing is wrong. */
export function findLikelyCause(checks: readonly Check[]): LikelyCause | null {
  const causes = checks.flatMap((check) => {
    const place = check.status === "warn" || check.status === "fail" ? precedenceOf(check.code) : undefined;
    return place === undefined ? [] : [{ place, check }];
  });
  const [first] = causes.sort((a, b) => a.place - b.place);
  if (first === undefined) return null;
  const { code, message, evidence, remedy } = first.check;
  return { code: code ?? "", message, evidence, next_step: remedy ?? AGAIN };
}

/** Runs one group of checks; whatever it throws becomes a failed check of that name. */
export async function runChecks(
  name: string,
  signal: AbortSignal,
  checks: (signal: AbortSignal) => Promise<Check[]>,
  withinMs = CHECK_WITHIN_MS,
): Promise<Check[]> {
  const begun = Date.now();
  const limit = limitTime(signal, withinMs);
  try {
    return await Promise.race([checks(limit), whenAborted(limit)]);
  } catch (thrown) {
    if (signal.aborted && !isTimeOut(signal.reason)) throw signal.reason;
    // First, for what a stopped request throws says only that it was stopped.
    if (limit.aborted) return [tooLate(name, Date.now() - begun)];
    if (thrown instanceof ToolError) return [fail(name, faultOf(thrown))];
    const message = `The check itself failed: ${toError(thrown).message}`;
    return [
      fail(name, { code: "check_failed", message, remedy: "Report this with the server's standard error." }),
    ];
  }
}

function tooLate(name: string, ms: number): Check {
  const evidence = `no answer within ${(ms / 1000).toFixed(1)} s`;
  return fail(name, {
    code: "endpoint_slow",
    message: "The endpoint is slow to answer",
    evidence,
    remedy: AGAIN,
  });
}

/** What a request that failed says of the endpoint; the server's own words are evidence. */
export function faultOf({ code, message, detail, remedy }: ToolError): Fault {
  const evidence = detail ? quoteForeign(detail) : undefined;
  return { code: FAULTS[code] ?? "check_failed", message, evidence, remedy };
}

const FAULTS: Readonly<Record<string, string>> = {
  unauthenticated: "token_rejected",
  permission_denied: "permission_denied",
  unavailable: "endpoint_unreachable",
  resource_exhausted: "endpoint_throttled",
};

function isTimeOut(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === "TimeoutError";
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
