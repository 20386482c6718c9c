import path from "node:path";
import { isId } from "../ids.ts";
import { isOwnerAlive, type Owner } from "../owners.ts";
import {
  createRecord,
  listFolder,
  mapLimited,
  readRecord,
  removeFile,
  replaceRecord,
  writeNewFile,
} from "../record-files.ts";
import { RpcError } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";

/** modal_proto/api.proto, GenericResult.GenericStatus. */
export const RESULT_STATUS = {
  success: 1,
  failure: 2,
  terminated: 3,
  timeout: 4,
  initFailure: 5,
  internalFailure: 6,
} as const;

/** The data format of inputs and outputs that are CBOR (modal_proto/api.proto, DataFormat). */
export const DATA_FORMAT_CBOR = 4;

/** How a call ended. */
export interface CallResult {
  status: number;
  exception?: string;
  traceback?: string;
  /** What was returned: inline in base64, or as a blob. */
  data?: string;
  blobId?: string;
  /** Of the data; CBOR unless given. */
  dataFormat?: number;
  /** What Python's client shows a remote traceback by, base64. */
  serializedTraceback?: string;
  tracebackLines?: string;
}

/** A function call with its one input, written by the process that runs it alone. Times are seconds since the epoch. */
export interface CallRecord {
  id: string;
  inputId: string;
  functionId: string;
  appId: string;
  owner: Owner;
  createdAt: number;
  startedAt?: number;
  finishedAt?: number;
  containerId?: string;
  /** Seconds its container took to start; 0 for a warm one. */
  startupSeconds?: number;
  result?: CallResult;
}

/** Exception of a call whose process is gone. */
export const INTERRUPTED = "The process that ran this call has ended";

function folderOf(state: EmulatorState, ...parts: string[]): string {
  return path.join(state.folder, "calls", ...parts);
}

function recordFile(state: EmulatorState, id: string): string {
  return folderOf(state, "records", `${id}.json`);
}

/** Writes the record of a new call, and what finds it by function and among the unfinished. */
export async function addCall(state: EmulatorState, record: CallRecord): Promise<void> {
  const milliseconds = String(Math.floor(record.createdAt * 1000)).padStart(15, "0");
  // The record first: what a killed process leaves behind has no marks, rather than marks of nothing.
  await replaceRecord(recordFile(state, record.id), record);
  writeNewFile(folderOf(state, "unfinished", record.id), "");
  writeNewFile(folderOf(state, "by-function", record.functionId, `${milliseconds}.${record.id}`), "");
}

/** Writes a call's progress. */
export async function updateCall(state: EmulatorState, record: CallRecord): Promise<void> {
  await replaceRecord(recordFile(state, record.id), record);
}

/** Takes a finished call off the unfinished ones. Until then it is only looked at in vain. */
export async function forgetUnfinished(state: EmulatorState, id: string): Promise<void> {
  await removeFile(folderOf(state, "unfinished", id));
}

/** The stored record of a call; undefined where there is none. */
export async function findCall(state: EmulatorState, id: string): Promise<CallRecord | undefined> {
  return isId(id, "fc") ? readRecord<CallRecord>(recordFile(state, id)) : undefined;
}

/** The stored record of a call; throws NOT_FOUND. */
export async function requireCall(state: EmulatorState, id: string): Promise<CallRecord> {
  const record = await findCall(state, id);
  if (record === undefined) throw new RpcError("notFound", `Function call '${id.slice(0, 80)}' not found`);
  return record;
}

/** A call's record, after settling it as interrupted where its process is gone without having done so. */
export async function settleCall(state: EmulatorState, record: CallRecord): Promise<CallRecord> {
  if (record.result !== undefined || (await isOwnerAlive(state, record.owner))) return record;
  // It may have finished, and its process ended, since the record was read.
  const latest = await requireCall(state, record.id);
  if (latest.result !== undefined) return latest;
  const result = { status: RESULT_STATUS.internalFailure, exception: INTERRUPTED };
  const settled = { ...latest, finishedAt: Date.now() / 1000, result };
  await updateCall(state, settled);
  await forgetUnfinished(state, settled.id);
  return settled;
}

/** The unfinished calls of all processes; those of dead ones are settled and left out. */
export async function listUnfinished(state: EmulatorState): Promise<CallRecord[]> {
  const ids = await listFolder(folderOf(state, "unfinished"));
  const records = await mapLimited(ids, async (id) => {
    const record = await findCall(state, id);
    // Its process may have ended between recording the result and this.
    if (record?.result !== undefined) await forgetUnfinished(state, id);
    return record && settleCall(state, record);
  });
  return records.filter((record) => record !== undefined).filter((record) => record.result === undefined);
}

/** A function's calls created between two times (seconds), newest first, at most `limit`. */
export async function listCalls(
  state: EmulatorState,
  functionId: string,
  range: { since?: number; until?: number; limit: number },
): Promise<CallRecord[]> {
  if (!isId(functionId, "fu")) return [];
  const since = (range.since ?? 0) * 1000;
  const until = (range.until ?? Number.POSITIVE_INFINITY) * 1000;
  const names = (await listFolder(folderOf(state, "by-function", functionId)))
    .filter((name) => Number.parseInt(name, 10) >= Math.floor(since) && Number.parseInt(name, 10) < until)
    .sort()
    .reverse()
    .slice(0, range.limit);
  const records = await mapLimited(names, async (name) => {
    const record = await findCall(state, name.slice(name.indexOf(".") + 1));
    return record && settleCall(state, record);
  });
  return records.filter((record) => record !== undefined);
}

/**
 * Takes a call's output for good, as `clear_on_success` asks; false where another request did so before.
 * The same request, sent again because its answer was lost, may take it again: `key` is equal for its attempts.
 */
export async function clearOutput(state: EmulatorState, id: string, key: string): Promise<boolean> {
  const file = folderOf(state, "cleared", `${id}.json`);
  if (await createRecord(file, { key })) return true;
  return key !== "" && (await readRecord<{ key: string }>(file))?.key === key;
}

/** Whether a call's output was taken for good. */
export async function isCleared(state: EmulatorState, id: string): Promise<boolean> {
  return (await readRecord(folderOf(state, "cleared", `${id}.json`))) !== undefined;
}
