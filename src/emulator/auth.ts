import { createHmac, timingSafeEqual } from "node:crypto";
import type { Handler, Handlers } from "./handler.ts";
import { sha256Hex } from "./ids.ts";
import { RpcError } from "./rpc-error.ts";
import { type Credentials, TOKEN_NAME, WORKSPACE } from "./state.ts";

const TOKEN_LIFETIME_S = 3600;

function sameText(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(sha256Hex(a)), Buffer.from(sha256Hex(b)));
}

/** Throws UNAUTHENTICATED unless the request's metadata carries the folder's token pair. */
export function requireToken(credentials: Credentials, tokenId: string, tokenSecret: string): void {
  const idIsRight = sameText(tokenId, credentials.tokenId);
  const secretIsRight = sameText(tokenSecret, credentials.tokenSecret);
  if (!idIsRight || !secretIsRight) throw new RpcError("unauthenticated", "Token validation failed");
}

/** Differs: the token handed out is not asked for again; every RPC is checked by its token pair. */
const authTokenGet: Handler = (state) => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + TOKEN_LIFETIME_S;
  const body = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: WORKSPACE, exp })}`;
  return { token: `${body}.${createHmac("sha256", state.credentials.key).update(body).digest("base64url")}` };
};

const clientHello: Handler = () => ({ imageBuilderVersion: "2025.06" });

const tokenInfoGet: Handler = (state) => ({
  tokenId: state.credentials.tokenId,
  workspaceId: "ac-0000000000000000000000",
  workspaceName: WORKSPACE,
  userIdentity: { userId: "us-0000000000000000000000", username: TOKEN_NAME },
  tokenName: TOKEN_NAME,
});

const workspaceNameLookup: Handler = () => ({ workspaceName: WORKSPACE, username: TOKEN_NAME });

/** RPCs of authentication and the workspace. */
export const authHandlers: Handlers = {
  AuthTokenGet: authTokenGet,
  ClientHello: clientHello,
  TokenInfoGet: tokenInfoGet,
  WorkspaceNameLookup: workspaceNameLookup,
};
