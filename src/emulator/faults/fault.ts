import type { FunctionBody, FunctionBodyCall } from "../function-body.ts";

/** What a fault sees of one request. */
export interface FaultyRequest {
  /** Name of the RPC. */
  rpc: string;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
}

/** Changes the answer of one RPC; throws RpcError to answer with a status instead. */
type Rewrite = (answer: never, request: never) => object;

/** One state of an endpoint that can be switched on and off: what it does to requests and to the calls of functions. */
export interface Fault {
  /** False where nothing is to be mended: the state only looks like a fault. */
  fault: boolean;
  description: string;
  /** Runs before the handler of every RPC that a token needs; throws RpcError to answer in its place. */
  before?(request: FaultyRequest): Promise<void> | void;
  /** By name of the RPC. */
  answers?: Readonly<Record<string, Rewrite>>;
  /** By name of a streaming RPC: the messages that it begins with. */
  openings?: Readonly<Record<string, () => object[]>>;
  /** Stands around a function's body: `cleared` resolves when the fault is switched off. */
  run?(body: FunctionBody, call: FunctionBodyCall, cleared: Promise<void>): Promise<unknown>;
}
