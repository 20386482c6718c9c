import { maskCredential } from "../redact.ts";
import type { Identity } from "./modal.ts";
import { type Connection, request } from "./request.ts";

/** Asks the server whose token this is. Throws `unauthenticated` for a rejected one. */
export async function readIdentity(connection: Connection, signal?: AbortSignal): Promise<Identity> {
  const info = await request(
    connection,
    "check the Modal token",
    (controlPlane, options) => controlPlane.tokenInfoGet({}, options),
    { signal },
  );
  return {
    workspace: info.workspaceName,
    tokenId: info.tokenId === "" ? undefined : maskCredential(info.tokenId),
    tokenName: info.tokenName || info.userIdentity?.username || info.serviceUserIdentity?.serviceUserName,
    environment: connection.environment,
  };
}
