import { createHmac, timingSafeEqual } from "node:crypto";
import type { EmulatorState } from "../state.ts";

/** The HTTP methods of the transfer server. */
export type TransferMethod = "GET" | "PUT" | "POST";

function signature(key: string, method: string, pathname: string): string {
  return createHmac("sha256", key).update(`${method} ${pathname}`).digest("base64url");
}

/**
 * A URL of a transfer server, signed for one method and path with the folder's key: it cannot be guessed, and
 * the process at `base` (default: this one) honours it whichever process of the folder made it.
 */
export function signUrl(
  state: EmulatorState,
  method: TransferMethod,
  pathname: string,
  base: string = state.transferUrl,
): string {
  return `${base}${pathname}?signature=${signature(state.credentials.key, method, pathname)}`;
}

/** Whether a request's method and path carry a signature of {@link signUrl}. */
export function isSigned(state: EmulatorState, method: string, url: URL): boolean {
  const given = Buffer.from(url.searchParams.get("signature") ?? "");
  const wanted = Buffer.from(signature(state.credentials.key, method, url.pathname));
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
