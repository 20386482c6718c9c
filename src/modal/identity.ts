import { ToolError } from "../errors.ts";
import { maskCredential } from "../redact.ts";
import type { Identity } from "./modal.ts";
import { type Connection, request } from "./request.ts";

/**
 * Asks the server whose token this is, and which environment it works in. Throws `unauthenticated` for a rejected token,
 * `not_found` for an environment that the workspace does not have.
 */
export async function readIdentity(connection: Connection, signal?: AbortSignal): Promise<Identity> {
  const [info, environment] = await Promise.all([
    request(
      connection,
      "check the Modal token",
      (controlPlane, options) => controlPlane.tokenInfoGet({}, options),
      { signal },
    ),
    readEnvironmentName(connection, signal),
  ]);
  return {
    workspace: info.workspaceName,
    tokenId: info.tokenId === "" ? undefined : maskCredential(info.tokenId),
    tokenName: info.tokenName || info.userIdentity?.username || info.serviceUserIdentity?.serviceUserName,
    environment,
  };
}

/** The look-up of "" gives the workspace's default; without a creation type, nothing is created. */
async function readEnvironmentName(connection: Connection, signal?: AbortSignal): Promise<string> {
  const { environment } = connection;
  try {
    const { metadata } = await request(
      connection,
      `look up environment "${environment}"`,
      (controlPlane, options) =>
        controlPlane.environmentGetOrCreate({ deploymentName: environment }, options),
      { signal },
    );
    return metadata?.name || environment;
  } catch (thrown) {
    if (!(thrown instanceof ToolError)) throw thrown;
    if (thrown.code === "unimplemented") return environment;
    if (thrown.code !== "not_found") throw thrown;
    throw new ToolError(
      "not_found",
      `Cannot use environment "${environment}": the workspace has none of that name`,
      "Pass an `environment` that `modal environment list` shows, or correct `MODAL_ENVIRONMENT`.",
      { detail: thrown.detail, cause: thrown },
    );
  }
}
