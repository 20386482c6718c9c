import path from "node:path";
import { codecOf } from "../../wire/codec.ts";
import { touch } from "../file-age.ts";
import { contentId, isId } from "../ids.ts";
import { createRecord, readRecord } from "../record-files.ts";
import type { EmulatorState } from "../state.ts";
import { currentDeployment, type DeployedFunction, isHostedByPython } from "./app-records.ts";

/** A volume that a function mounts. */
export interface VolumeMount {
  volumeId: string;
  /** Absolute path in the container. */
  mountPath: string;
  readOnly: boolean;
  subPath: string;
}

/** What is read of the protocol's Function message. */
export interface FunctionView {
  functionName: string;
  functionType: number;
  mountIds: string[];
  imageId: string;
  secretIds: string[];
  webhookConfig: Buffer;
  schedule: Buffer;
  concurrencyLimit: number;
  timeoutSecs: number;
  startupTimeoutSecs: number;
  taskIdleTimeoutSecs: number;
  volumeMounts: VolumeMount[];
  objectDependencies: { objectId: string }[];
  maxInputs: number;
  singleUseContainers: boolean;
  classParameterInfo: Buffer;
  functionSchema: Buffer;
  supportedInputFormats: number[];
  supportedOutputFormats: number[];
  methodDefinitions: Record<string, MethodView>;
  autoscalerSettings?: { maxContainers?: number; scaledownWindow?: number };
}

interface MethodView {
  functionName: string;
  functionType: number;
  functionSchema: Buffer;
  supportedInputFormats: number[];
  supportedOutputFormats: number[];
}

/** A function as it was deployed from Python. */
export interface FunctionDefinition {
  id: string;
  /** The protocol's Function message, byte for byte as the client sent it. */
  bytes: Buffer;
  view: FunctionView;
}

interface StoredDefinition {
  /** base64. */
  function: string;
}

function recordFile(state: EmulatorState, id: string): string {
  return path.join(state.folder, "definitions", `${id}.json`);
}

// The end of the field that begins at `at`; throws RangeError where the bytes are no message.
function endOfField(bytes: Buffer, at: number): number {
  const varint = (from: number): [value: number, end: number] => {
    let value = 0;
    let scale = 1;
    for (let next = from; ; next++) {
      const byte = bytes.readUInt8(next);
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return [value, next + 1];
    }
  };
  const [tag, start] = varint(at);
  const wireType = tag % 8;
  if (wireType === 0) return varint(start)[1];
  if (wireType === 1) return start + 8;
  if (wireType === 5) return start + 4;
  const [length, body] = varint(start);
  return body + length;
}

// Equal definitions must have one id, but a client writes the entries of maps in any order.
function inOrder(bytes: Buffer): Buffer {
  const fields: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = endOfField(bytes, at);
    fields.push(bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat(fields.sort(Buffer.compare));
}

function viewOf(bytes: Buffer): FunctionView {
  return codecOf("FunctionView").decode(bytes) as FunctionView;
}

/** Stores a definition; equal ones have one id. */
export async function storeDefinition(state: EmulatorState, bytes: Buffer): Promise<FunctionDefinition> {
  const definition = { id: contentId("de", inOrder(bytes)), bytes, view: viewOf(bytes) };
  const record: StoredDefinition = { function: bytes.toString("base64") };
  const file = recordFile(state, definition.id);
  if (!(await createRecord(file, record))) await touch(file);
  return definition;
}

/** The definition of this id; undefined where there is none. */
export async function findDefinition(
  state: EmulatorState,
  id: string,
): Promise<FunctionDefinition | undefined> {
  const record = isId(id, "de") ? await readRecord<StoredDefinition>(recordFile(state, id)) : undefined;
  if (record === undefined) return undefined;
  const bytes = Buffer.from(record.function, "base64");
  return { id, bytes, view: viewOf(bytes) };
}

/** What was deployed from Python under a function's name; undefined for a built-in app's function. */
export async function definitionOf(
  state: EmulatorState,
  deployed: DeployedFunction,
): Promise<FunctionDefinition | undefined> {
  if (!isHostedByPython(deployed.app)) return undefined;
  const id = currentDeployment(deployed.app).definitions?.[deployed.id];
  return id === undefined ? undefined : findDefinition(state, id);
}

/** What callers are told about a function of a definition. */
export function describeDefinition(
  view: FunctionView,
  ids: { definitionId?: string; appId: string },
): Record<string, unknown> {
  const methods = Object.entries(view.methodDefinitions).map(([name, method]) => {
    const { functionName, functionType, functionSchema, supportedInputFormats, supportedOutputFormats } =
      method;
    const formats = { supportedInputFormats, supportedOutputFormats };
    const asMethod = { isMethod: true, useMethodName: name, appId: ids.appId };
    return [name, { functionName, functionType, functionSchema, ...formats, ...asMethod }] as const;
  });
  const { functionName, functionType, functionSchema, classParameterInfo } = view;
  return {
    functionName,
    functionType,
    functionSchema,
    supportedInputFormats: view.supportedInputFormats,
    supportedOutputFormats: view.supportedOutputFormats,
    ...(classParameterInfo.length > 0 ? { classParameterInfo } : {}),
    ...(methods.length > 0 ? { methodHandleMetadata: Object.fromEntries(methods) } : {}),
    ...ids,
  };
}
