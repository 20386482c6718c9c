import { ToolError } from "../errors.ts";
import { downloadBlob } from "./blobs.ts";
import type { ControlPlane } from "./connect.ts";
import type { CallOutcome, InputStatus } from "./modal.ts";
import { decodeResult } from "./payload.ts";
import type { Connection } from "./request.ts";

type Output = Awaited<ReturnType<ControlPlane["functionGetOutputs"]>>["outputs"][number];
type FailureState = Exclude<InputStatus, "pending" | "running" | "success">;

const STATUS_SUCCESS = 1;
const STATUS_TERMINATED = 3;
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
  const what = `fetch the result of function call ${functionCallId}`;
  if (result?.status !== STATUS_SUCCESS) {
    const mayTell = result?.status === STATUS_TERMINATED && dataFormat === FORMAT_CBOR;
    const bytes = mayTell ? await findData(connection, result, what, signal) : undefined;
    return {
      state: FAILURE_STATES[result?.status ?? 0] ?? "unknown",
      exception: result?.exception ?? "",
      traceback: result?.traceback || undefined,
      ...(bytes === undefined ? {} : { value: decodeResult(bytes) }),
    };
  }
  if (dataFormat !== FORMAT_CBOR)
    throw new ToolError(
      "function_failed",
      `Cannot read the result of function call ${functionCallId}: it is a Python pickle or another format, not CBOR`,
      "Deploy the app again with a Modal client of 1.2 or later: call `deploy_runner`.",
    );
  const bytes = await findData(connection, result, what, signal);
  return { state: "success", value: decodeResult(bytes ?? new Uint8Array()) };
}

/** The bytes that came with a result, inline or as a blob; undefined where there are none. */
async function findData(
  connection: Connection,
  result: Output["result"],
  what: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  if (result?.dataBlobId) return downloadBlob(connection, result.dataBlobId, what, signal);
  return result?.data !== undefined && result.data.length > 0 ? result.data : undefined;
}
