import { createHmac, hash, timingSafeEqual } from "node:crypto";
import type { Handler, Handlers } from "./handler.ts";
import { RpcError } from "./rpc-error.ts";
import { type Credentials, TOKEN_NAME, WORKSPACE } from "./state.ts";

const TOKEN_LIFETIME_S = 3600;

const digests = new WeakMap<Credentials, { id: Buffer; secret: Buffer }>();

function digestsOf(credentials: Credentials): { id: Buffer; secret: Buffer } {
  const known = digests.get(credentials);
  if (known !== undefined) return known;
  const made = { id: digest(credentials.tokenId), secret: digest(credentials.tokenSecret) };
  digests.set(credentials, made);
  return made;
}

function digest(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

/** Throws UNAUTHENTICATED unless the request's metadata carries the folder's token pair. */
export function requireToken(credentials: Credentials, tokenId: string, tokenSecret: string): void {
  const expected = digestsOf(credentials);
  const idIsRight = timingSafeEqual(digest(tokenId), expected.id);
  const secretIsRight = timingSafeEqual(digest(tokenSecret), expected.secret);
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
