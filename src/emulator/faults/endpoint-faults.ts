import { setTimeout as delay } from "node:timers/promises";
import { codecOf } from "../../wire/codec.ts";
import { RpcError } from "../rpc-error.ts";
import type { Fault } from "./fault.ts";

/** What each RPC of a slow endpoint takes longer. */
const SLOW_MS = 600;

/** What a throttling endpoint asks its clients to wait. */
const RETRY_AFTER_S = 30;

/** RPCs that a token may make whose member has no access to the environment. */
const OF_THE_TOKEN = new Set(["AuthTokenGet", "ClientHello", "TokenInfoGet", "WorkspaceNameLookup"]);

// Both clients wait and come again for as long as this comes with the status (modal-client, py/modal/_utils/grpc_utils.py).
function throttled(rpc: string): RpcError {
  const details = `Rate limit exceeded for ${rpc}`;
  const policy = codecOf("RPCRetryPolicy").encode({ retryAfterSecs: RETRY_AFTER_S });
  const status = codecOf("RPCStatus").encode({
    code: 8,
    message: details,
    details: [{ typeUrl: "type.googleapis.com/modal.client.RPCRetryPolicy", value: policy }],
  });
  return new RpcError("resourceExhausted", details, status);
}

/** Faults of the endpoint itself and of the token. Differs: a throttling endpoint always hands out its first token. */
export const ENDPOINT_FAULTS = {
  endpoint_slow: {
    fault: true,
    description: `Every request takes ${SLOW_MS} ms longer.`,
    before: async ({ signal }) => {
      await delay(SLOW_MS, undefined, { signal }).catch(() => {});
    },
  },
  endpoint_throttled: {
    fault: true,
    description: `Every request but the first is answered by RESOURCE_EXHAUSTED with a wait of ${RETRY_AFTER_S} s.`,
    before: ({ rpc }) => {
      if (rpc !== "AuthTokenGet") throw throttled(rpc);
    },
  },
  token_expired: {
    fault: true,
    description: "The token was good and has expired: UNAUTHENTICATED.",
    before: () => {
      throw new RpcError("unauthenticated", "Token has expired");
    },
  },
  permission_denied: {
    fault: true,
    description: "The token is good, but its member has no access to the environment: PERMISSION_DENIED.",
    before: ({ rpc }) => {
      if (OF_THE_TOKEN.has(rpc)) return;
      throw new RpcError("permissionDenied", "User does not have access to environment 'main'");
    },
  },
} satisfies Record<string, Fault>;
