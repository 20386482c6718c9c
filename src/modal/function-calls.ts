import { ToolError } from "../errors.ts";
import { uploadBlob } from "./blobs.ts";
import { toCallOutcome } from "./call-outcome.ts";
import { readCallStatus } from "./call-status.ts";
import type { CallOutcome, FunctionCalls, FunctionInfo } from "./modal.ts";
import { encodeArguments } from "./payload.ts";
import { type Connection, request } from "./request.ts";
import { openUploadSource } from "./upload-source.ts";

const CALL_TYPE_UNARY = 1;
const INVOCATION_ASYNC = 3;
const FORMAT_CBOR = 4;
/** What an asynchronous call may carry inline by default, and at most (modal-client, py/modal/_utils/blob_utils.py). */
const DEFAULT_INLINE_BYTES = 8 * 1024;
const MAX_INLINE_BYTES = 2 * 1024 * 1024;
const MAX_POLL_MS = 55_000;
/** Beyond the poll itself, before the request counts as lost. */
const POLL_GRACE_MS = 10_000;
/** A wait outlives a few seconds without the server. */
const POLL_RETRIES = 5;
const CANCEL_TIMEOUT_MS = 2_000;

/** Modal's function calls: one asynchronous input each. */
export function createFunctionCalls(connection: Connection): FunctionCalls {
  return {
    spawn: (fn, kwargs, signal) => spawnCall(connection, fn, kwargs, signal),
    wait: (functionCallId, timeoutMs, signal) => waitForCall(connection, functionCallId, timeoutMs, signal),
    status: (functionCallId, signal) => readCallStatus(connection, functionCallId, signal),
    cancel: async (functionCallId, signal) => {
      // The SDK's repeats would hold a shutdown for seconds; cancelling twice is the caller's decision.
      await request(
        connection,
        `cancel function call ${functionCallId}`,
        (controlPlane, rpc) => controlPlane.functionCallCancel({ functionCallId }, rpc),
        { signal, retries: 0, timeoutMs: CANCEL_TIMEOUT_MS },
      );
    },
  };
}

async function spawnCall(
  connection: Connection,
  fn: FunctionInfo,
  kwargs: Record<string, unknown>,
  signal?: AbortSignal,
): Promise<string> {
  const what = `call function "${fn.name}" of app "${fn.appName}"`;
  if (!fn.acceptsCbor)
    throw new ToolError(
      "failed_precondition",
      `Cannot ${what}: it was deployed with an old Modal client and takes no CBOR arguments`,
      "Deploy it again with a Modal client of 1.2 or later: call `deploy_runner`.",
    );
  const payload = encodeArguments(kwargs);
  const args = await placeArguments(connection, what, fn, payload, signal);
  const reply = await request(
    connection,
    what,
    (controlPlane, rpc) =>
      controlPlane.functionMap(
        {
          functionId: fn.id,
          functionCallType: CALL_TYPE_UNARY,
          functionCallInvocationType: INVOCATION_ASYNC,
          pipelinedInputs: [{ idx: 0, input: { ...args, dataFormat: FORMAT_CBOR, finalInput: false } }],
        },
        rpc,
      ),
    { signal },
  );
  return reply.functionCallId;
}

async function placeArguments(
  connection: Connection,
  what: string,
  fn: FunctionInfo,
  payload: Uint8Array,
  signal?: AbortSignal,
): Promise<{ args: Uint8Array } | { argsBlobId: string }> {
  const limit = Math.min(fn.maxInlineBytes ?? DEFAULT_INLINE_BYTES, MAX_INLINE_BYTES);
  if (payload.length <= limit) return { args: payload };
  const source = await openUploadSource({ bytes: payload });
  return { argsBlobId: await uploadBlob(connection, source, { what, signal }) };
}

async function waitForCall(
  connection: Connection,
  functionCallId: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<CallOutcome> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const pollMs = Math.max(0, Math.min(MAX_POLL_MS, deadline - performance.now()));
    const reply = await request(
      connection,
      `wait for function call ${functionCallId}`,
      (controlPlane, rpc) =>
        controlPlane.functionGetOutputs(
          {
            functionCallId,
            maxValues: 1,
            timeout: pollMs / 1000,
            lastEntryId: "0-0",
            clearOnSuccess: false,
            requestedAt: Date.now() / 1000,
          },
          rpc,
        ),
      { signal, timeoutMs: pollMs + POLL_GRACE_MS, retries: POLL_RETRIES },
    );
    const output = reply.outputs[0];
    if (output !== undefined) return toCallOutcome(connection, functionCallId, output, signal);
    if (reply.numUnfinishedInputs === 0)
      return { state: "expired", exception: "The server no longer keeps the result.", traceback: undefined };
    if (performance.now() >= deadline) return { state: "unfinished" };
  }
}
