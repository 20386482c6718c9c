import type { EmulatorState } from "./state.ts";

/** What a handler is told about one request beside its message. */
export interface CallContext {
  /** Aborted when the client has gone away or cancelled. */
  signal: AbortSignal;
  /** Equal for all attempts of one request; "" where the client sent none. */
  idempotencyKey: string;
  /** Of the client, as it says; "" where it says none. */
  clientVersion: string;
}

/** Answers one unary RPC; throws RpcError for a status. `Request` lists the members it reads. */
export type Handler<Request = never> = (
  state: EmulatorState,
  request: Request,
  context: CallContext,
) => Promise<object> | object;

/** Answers one server-streaming RPC. */
export type StreamHandler<Request = never> = (
  state: EmulatorState,
  request: Request,
  context: CallContext,
) => AsyncIterable<object>;

/** The handlers of one noun by RPC name. */
export type Handlers = Readonly<Record<string, Handler | StreamHandler>>;
