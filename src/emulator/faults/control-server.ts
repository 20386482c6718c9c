import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { toError } from "../../errors.ts";
import { requireToken } from "../auth.ts";
import type { Credentials } from "../state.ts";
import type { FaultBench } from "./fault-bench.ts";
import { FAULTS, type FaultName, isFaultName } from "./fault-list.ts";

/** The control call of a bench: listens on 127.0.0.1 and answers those who have the emulator's token. */
export interface ControlServer {
  /** `http://127.0.0.1:port/faults` */
  url: string;
  close(): Promise<void>;
}

const describeAll = (active: readonly FaultName[]): object[] =>
  Object.entries(FAULTS).map(([name, { fault, description }]) => ({
    ...{ name, fault, description },
    on: active.includes(name as FaultName),
  }));

function readNames(json: string): FaultName[] {
  const names: unknown = JSON.parse(json || "[]");
  if (!Array.isArray(names)) throw new Error("the body must be a list of names");
  return names.map((name) => {
    if (typeof name === "string" && isFaultName(name)) return name;
    throw new Error(`there is no fault "${name}"`);
  });
}

async function answer(
  bench: FaultBench,
  credentials: Credentials,
  request: IncomingMessage,
): Promise<object> {
  const header = (name: string): string => request.headers[name]?.toString() ?? "";
  requireToken(credentials, header("x-modal-token-id"), header("x-modal-token-secret"));
  const names = readNames(await text(request));
  if (request.method === "PUT") bench.set(...names);
  else if (request.method === "DELETE") bench.clear(...names);
  else if (request.method !== "GET") throw new Error("the methods are GET, PUT and DELETE");
  return describeAll(bench.active());
}

function respond(bench: FaultBench, credentials: Credentials) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const send = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    answer(bench, credentials, request).then(
      (body) => send(200, body),
      (thrown: unknown) => {
        const { name, message } = toError(thrown);
        send(name === "RpcError" ? 401 : 400, { error: message });
      },
    );
  };
}

/** Starts the control call: GET lists the faults, PUT switches the names of a JSON list on, DELETE off (all where it is empty). */
export async function startControlServer(
  bench: FaultBench,
  credentials: Credentials,
): Promise<ControlServer> {
  const server: Server = createServer(respond(bench, credentials));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the control server has no port");
  return {
    url: `http://127.0.0.1:${address.port}/faults`,
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}
