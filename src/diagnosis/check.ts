import { ToolError, toError } from "../errors.ts";
import { oneLine } from "../redact.ts";
import { limitTime } from "../time-limit.ts";

/** One finding: what was looked at, how it stands, and what to do about it (null where nothing is). */
export interface Check {
  name: string;
  status: "ok" | "warn" | "fail";
  message: string;
  remedy: string | null;
}

/** A check took longer than this: it is reported as failed, and the others are not held up. */
const CHECK_WITHIN_MS = 8_000;

const MOST_DETAIL = 300;

export const ok = (name: string, message: string): Check => ({ name, status: "ok", message, remedy: null });

export const warn = (name: string, message: string, remedy: string): Check => ({
  name,
  status: "warn",
  message,
  remedy,
});

export const fail = (name: string, message: string, remedy: string): Check => ({
  name,
  status: "fail",
  message,
  remedy,
});

/** Runs one group of checks; whatever it throws becomes a failed check of that name. */
export async function runChecks(
  name: string,
  signal: AbortSignal,
  checks: (signal: AbortSignal) => Promise<Check[]>,
): Promise<Check[]> {
  const limit = limitTime(signal, CHECK_WITHIN_MS);
  try {
    return await Promise.race([checks(limit), whenAborted(limit)]);
  } catch (thrown) {
    signal.throwIfAborted();
    // First, for what a stopped request throws says only that it was stopped.
    if (limit.aborted)
      return [
        fail(
          name,
          `No answer within ${CHECK_WITHIN_MS / 1000} s`,
          "Check the network, then call `diagnose` again.",
        ),
      ];
    if (thrown instanceof ToolError) return [fail(name, describeError(thrown), thrown.remedy)];
    return [
      fail(
        name,
        `The check itself failed: ${toError(thrown).message}`,
        "Report this with the server's standard error.",
      ),
    ];
  }
}

/** The server's own words tell a wrong name from a closed port or a foreign certificate. */
function describeError({ message, detail }: ToolError): string {
  return detail ? `${message} ("${oneLine(detail.trim()).slice(0, MOST_DETAIL)}")` : message;
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
