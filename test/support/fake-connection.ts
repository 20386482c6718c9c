import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { ControlPlane } from "../../src/modal/connect.ts";
import type { Connection } from "../../src/modal/request.ts";

/** Requests by name, for answers that the emulator never gives. */
export type FakeRequests = Partial<Record<keyof ControlPlane, (request: never, options: never) => unknown>>;

/** A connection whose control plane is the given functions; `close` aborts it. */
export function fakeConnection(requests: FakeRequests): { connection: Connection; close: () => void } {
  const closing = new AbortController();
  const connection = {
    controlPlane: requests as unknown as ControlPlane,
    url: "https://modal.example:443",
    environment: "main",
    closed: closing.signal,
  };
  return { connection, close: () => closing.abort() };
}

/** An error as the SDK throws it for a gRPC status. */
export function grpcError(code: number, details = "server words"): Error {
  return Object.assign(new Error(`/modal.client.ModalClient/X: ${details}`), { code, details, path: "/x" });
}

/** Serves HTTP on 127.0.0.1 for the running test; returns the URL without a path. */
export async function serveHttp(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
