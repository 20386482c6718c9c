import type { EmulatorState } from "../state.ts";
import { blobBytes } from "../volumes/blobs.ts";
import { type CallRecord, type CallResult, DATA_FORMAT_CBOR, RESULT_STATUS } from "./call-records.ts";

/** Largest result that travels inside the answer (modal/_utils/blob_utils.py, MAX_OBJECT_SIZE_BYTES). */
const MAX_INLINE_BYTES = 2 * 1024 * 1024;

async function describeResult(state: EmulatorState, result: CallResult): Promise<object> {
  const { status, exception = "", traceback = "", data, blobId } = result;
  const serializedTb = Buffer.from(result.serializedTraceback ?? "", "base64");
  const tbLineCache = Buffer.from(result.tracebackLines ?? "", "base64");
  const plain = { status, exception, traceback, serializedTb, tbLineCache };
  if (data !== undefined) return { ...plain, data: Buffer.from(data, "base64") };
  if (blobId === undefined) return plain;
  const bytes = await blobBytes(state, blobId);
  return bytes.length > MAX_INLINE_BYTES ? { ...plain, dataBlobId: blobId } : { ...plain, data: bytes };
}

/** The output of a call that has ended, as the input of this index among its call's inputs. */
export async function outputOf(state: EmulatorState, record: CallRecord, idx: number): Promise<object> {
  const result = record.result ?? { status: RESULT_STATUS.internalFailure };
  return {
    result: await describeResult(state, result),
    idx,
    inputId: record.inputId,
    dataFormat: result.dataFormat ?? DATA_FORMAT_CBOR,
    taskId: record.containerId ?? "",
    inputStartedAt: record.startedAt ?? 0,
    outputCreatedAt: record.finishedAt ?? 0,
  };
}
