import { once } from "node:events";
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { toError } from "../errors.ts";
import { codecOf } from "../wire/codec.ts";
import { describeMethod, SERVICE_NAME } from "../wire/methods.ts";
import { requireToken } from "./auth.ts";
import type { CallContext, Handler, Handlers, StreamHandler } from "./handler.ts";
import { isSystemError } from "./record-files.ts";
import { RpcError, refuse, STATUS } from "./rpc-error.ts";
import type { EmulatorState } from "./state.ts";

const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;

/** The gRPC side of the emulator, listening on 127.0.0.1. */
export interface RpcServer {
  port: number;
  /** Drops every connection and stops listening. */
  close(): void;
}

interface Call {
  request: object;
  metadata: Metadata;
  on(event: "cancelled", listener: () => void): unknown;
}

/** Stands in for a request whose bytes are no message of its type. */
class MalformedRequest {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

// grpc-js would answer INTERNAL for a decoder that throws.
function decodeOrMark(decode: (bytes: Buffer) => object): (bytes: Buffer) => object {
  return (bytes) => {
    try {
      return decode(bytes);
    } catch (thrown) {
      return new MalformedRequest(toError(thrown).message);
    }
  };
}

/* One for all: a stream is "cancelled" after every answer, too, and an exception of its own would be made for each. */
const CLIENT_GONE = new DOMException("The client has gone away", "AbortError");

function contextOf(state: EmulatorState, call: Call, trusted: boolean): CallContext {
  const header = (name: string): string => String(call.metadata.get(name)[0] ?? "");
  if (!trusted) requireToken(state.credentials, header("x-modal-token-id"), header("x-modal-token-secret"));
  if (call.request instanceof MalformedRequest) refuse(`the request is malformed: ${call.request.reason}`);
  const gone = new AbortController();
  call.on("cancelled", () => gone.abort(CLIENT_GONE));
  return {
    signal: gone.signal,
    idempotencyKey: header("x-idempotency-key"),
    clientVersion: header("x-modal-client-version"),
  };
}

const isDiskFull = (thrown: unknown): boolean =>
  ["ENOSPC", "EDQUOT"].some((code) => isSystemError(thrown, code));

// What is not ours to say (a damaged record, say) is INTERNAL, in the system's words without its paths.
function statusOf(
  state: EmulatorState,
  method: string,
  thrown: unknown,
): { code: number; details: string; metadata: Metadata } {
  const metadata = new Metadata();
  if (thrown instanceof RpcError) {
    if (thrown.statusDetails !== undefined) metadata.set("grpc-status-details-bin", thrown.statusDetails);
    return { code: thrown.code, details: thrown.message, metadata };
  }
  const error = toError(thrown);
  state.onError(`${method} failed: ${error.message}`);
  const details = error.message.replace(/ '?\/[^']*'?/g, "");
  // INTERNAL would have clients try again, which a full disk is not helped by.
  const code = isDiskFull(error) ? STATUS.resourceExhausted : STATUS.internal;
  return { code, details: `The embedded endpoint failed: ${details}`, metadata };
}

function serveUnary(
  state: EmulatorState,
  name: string,
  handler: Handler,
  trusted: boolean,
): handleUnaryCall<object, object> {
  const run = async (call: Call): Promise<object> => {
    const context = contextOf(state, call, trusted);
    return handler(state, call.request as never, context);
  };
  return (call, callback) => {
    run(call as unknown as Call).then(
      (response) => callback(null, response),
      (thrown: unknown) => callback(statusOf(state, name, thrown)),
    );
  };
}

function serveStream(
  state: EmulatorState,
  name: string,
  handler: StreamHandler,
  trusted: boolean,
): handleServerStreamingCall<object, object> {
  return (call) => {
    const run = async (): Promise<void> => {
      const context = contextOf(state, call as unknown as Call, trusted);
      for await (const message of handler(state, call.request as never, context)) {
        if (context.signal.aborted) return;
        // Waits for a slow client, rather than piling the messages up.
        if (!call.write(message)) await once(call, "drain", { signal: context.signal });
      }
      call.end();
    };
    run().catch((thrown: unknown) => call.emit("error", statusOf(state, name, thrown)));
  };
}

function serviceOf(handlers: Handlers): ServiceDefinition {
  const definitions = Object.keys(handlers).map((name) => {
    const method = describeMethod(name);
    const request = codecOf(method.request);
    const response = codecOf(method.response);
    const definition = {
      path: `/${SERVICE_NAME}/${name}`,
      requestStream: false,
      responseStream: method.streams,
      requestSerialize: request.encode,
      requestDeserialize: decodeOrMark(request.decode),
      responseSerialize: response.encode,
      responseDeserialize: response.decode,
    };
    return [name, definition] as const;
  });
  return Object.fromEntries(definitions);
}

/**
 * Serves the handlers on a free port of 127.0.0.1, or on a Unix socket, whose callers need no token; any other RPC
 * answers UNIMPLEMENTED.
 */
export async function startRpcServer(
  state: EmulatorState,
  handlers: Handlers,
  socket?: string,
): Promise<RpcServer> {
  const trusted = socket !== undefined;
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  const implementation: UntypedServiceImplementation = {};
  for (const [name, handler] of Object.entries(handlers)) {
    implementation[name] = describeMethod(name).streams
      ? serveStream(state, name, handler as StreamHandler, trusted)
      : serveUnary(state, name, handler as Handler, trusted);
  }
  server.addService(serviceOf(handlers), implementation);
  const address = socket === undefined ? "127.0.0.1:0" : `unix:${socket}`;
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, close: () => server.forceShutdown() };
}
