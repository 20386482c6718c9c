import { ToolError } from "../errors.ts";
import { downloadBlob } from "./blobs.ts";
import type { ControlPlane } from "./connect.ts";
import type { CallOutcome, InputStatus } from "./modal.ts";
import { decodeResult } from "./payload.ts";
import type { Connection } from "./request.ts";

type Output = Awaited<ReturnType<ControlPlane["functionGetOutputs"]>>["outputs"][number];
type FailureState = Exclude<InputStatus, "pending" | "running" | "success">;

const STATUS_SUCCESS = 1;
const FORMAT_CBOR = 4;
/** GenericStatus of modal_proto/api.proto. */
const FAILURE_STATES: Readonly<Record<number, FailureState>> = {
  2: "failure",
  3: "terminated",
  4: "timeout",
  5: "init_failure",
  6: "internal_failure",
  7: "idle_timeout",
  8: "evicted",
};

/**
 * Reads one output: its value, fetched from a blob where it is large, or how it failed. Throws `function_failed`
 * for a result in a format other than CBOR.
 */
export async function toCallOutcome(
  connection: Connection,
  functionCallId: string,
  output: Output,
  signal?: AbortSignal,
): Promise<CallOutcome> {
  const { result, dataFormat } = output;
  if (result?.status !== STATUS_SUCCESS)
    return {
      state: FAILURE_STATES[result?.status ?? 0] ?? "unknown",
      exception: result?.exception ?? "",
      traceback: result?.traceback || undefined,
    };
  if (dataFormat !== FORMAT_CBOR)
    throw new ToolError(
      "function_failed",
      `Cannot read the result of function call ${functionCallId}: it is a Python pickle or another format, not CBOR`,
      "Deploy the app again with a Modal client of 1.2 or later: call `deploy_runner`.",
    );
  const what = `fetch the result of function call ${functionCallId}`;
  const bytes = result.dataBlobId
    ? await downloadBlob(connection, result.dataBlobId, what, signal)
    : (result.data ?? new Uint8Array());
  return { state: "success", value: decodeResult(bytes) };
}
