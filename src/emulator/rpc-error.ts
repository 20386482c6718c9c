/** The gRPC status codes that the emulator answers with. */
export const STATUS = {
  cancelled: 1,
  invalidArgument: 3,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unimplemented: 12,
  internal: 13,
  unauthenticated: 16,
} as const;

/** What a handler throws to answer with a status; `details` is what clients show. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;
  /** The trailer `grpc-status-details-bin`: a `google.rpc.Status` with what the words leave out. */
  readonly statusDetails: Buffer | undefined;

  constructor(code: keyof typeof STATUS, details: string, statusDetails?: Buffer) {
    super(details);
    this.code = STATUS[code];
    this.statusDetails = statusDetails;
  }
}

/** Throws INVALID_ARGUMENT with the given words. */
export function refuse(details: string): never {
  throw new RpcError("invalidArgument", details);
}
