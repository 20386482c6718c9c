import { expect, test } from "vitest";
import { ToolError } from "../../src/errors.ts";
import { cancelledError, findGrpcStatus, toToolError, transferError } from "../../src/modal/status.ts";

const URL = "https://modal.example:443";

const grpcError = (code: number, details: string) =>
  Object.assign(new Error(`/modal.client.ModalClient/X ${code}: ${details}`), { code, details, path: "/x" });

test.each([
  [1, "cancelled"],
  [2, "unknown"],
  [3, "invalid_argument"],
  [4, "unavailable"],
  [5, "not_found"],
  [6, "already_exists"],
  [7, "permission_denied"],
  [8, "resource_exhausted"],
  [9, "failed_precondition"],
  [10, "aborted"],
  [11, "out_of_range"],
  [12, "unimplemented"],
  [13, "internal"],
  [14, "unavailable"],
  [15, "data_loss"],
  [16, "unauthenticated"],
])("toToolError maps gRPC status %i to %s, the server's words only as detail", (status, code) => {
  const error = toToolError(grpcError(status, "server words"), "list the volumes", URL);
  expect(error.code).toBe(code);
  expect(error.message).toMatch(/^Cannot list the volumes: /);
  expect(error.message).not.toContain("server words");
  expect(error.detail).toBe("server words");
  expect(error.remedy).not.toBe("");
});

test("toToolError tells where a rejected token is set", () => {
  const { remedy } = toToolError(grpcError(16, "no"), "x", URL);
  for (const name of ["MODAL_TOKEN_ID", "MODAL_TOKEN_SECRET", "~/.modal.toml", "modal token new"])
    expect(remedy).toContain(name);
});

test("toToolError names the URL of a server that cannot be reached", () => {
  expect(toToolError(grpcError(14, "connect ECONNREFUSED"), "x", URL).message).toContain(URL);
});

test("toToolError drops text and cause of an error that echoes the credential", () => {
  const thrown = new Error("Metadata value 'as-secret\n' of key 'x' contains illegal characters");
  const error = toToolError(thrown, "x", URL);
  expect(error.code).toBe("unauthenticated");
  expect(JSON.stringify([error.message, error.detail, error.remedy])).not.toContain("as-secret");
  expect(error.cause).toBeUndefined();
});

test("toToolError keeps a ToolError", () => {
  const error = new ToolError("timed_out", "a", "b");
  expect(toToolError(error, "x", URL)).toBe(error);
});

test("findGrpcStatus sees the status through a ToolError made of it", () => {
  expect(findGrpcStatus(toToolError(grpcError(14, ""), "x", URL))).toBe(14);
  expect(findGrpcStatus(Object.assign(new Error("x"), { code: "ENOENT" }))).toBeUndefined();
});

test("cancelledError passes on a ToolError given as the reason", () => {
  const reason = new ToolError("timed_out", "a", "b");
  expect(cancelledError("x", reason)).toBe(reason);
  expect(cancelledError("x", new Error("y")).code).toBe("cancelled");
});

test("transferError names the host and never the signed URL", () => {
  const error = transferError("upload a", "https://store.example/b?signature=abc", 403, undefined);
  expect(error.message).toBe("Cannot upload a: store.example answered with HTTP status 403");
});
