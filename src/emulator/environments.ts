import type { Handler, Handlers } from "./handler.ts";
import { RpcError } from "./rpc-error.ts";
import { ENVIRONMENT } from "./state.ts";

const METADATA = { name: ENVIRONMENT, settings: { imageBuilderVersion: "2025.06", webhookSuffix: "" } };
const ENVIRONMENT_ID = "en-0000000000000000000000";

/** Throws NOT_FOUND for any environment but "main"; "" means "main". */
export function requireEnvironment(name: string): void {
  if (name === "" || name === ENVIRONMENT) return;
  throw new RpcError(
    "notFound",
    `Environment '${name}' not found. The embedded endpoint has one environment, '${ENVIRONMENT}'.`,
  );
}

/** Differs: never creates an environment. */
const environmentGetOrCreate: Handler<{ deploymentName: string }> = (_state, request) => {
  requireEnvironment(request.deploymentName);
  return { environmentId: ENVIRONMENT_ID, metadata: METADATA };
};

const environmentList: Handler = () => ({
  items: [{ name: ENVIRONMENT, default: true, environmentId: ENVIRONMENT_ID }],
});

/** RPCs of environments. */
export const environmentHandlers: Handlers = {
  EnvironmentGetOrCreate: environmentGetOrCreate,
  EnvironmentList: environmentList,
};
