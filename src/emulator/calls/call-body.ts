import { toError } from "../../errors.ts";
import { decodeArguments, encodePayload } from "../../wire/payload.ts";
import type { DeployedFunction } from "../apps/app-records.ts";
import { poolOf } from "../containers/containers.ts";
import type { BuiltInApp, FunctionBody } from "../function-body.ts";
import { refuse } from "../rpc-error.ts";
import type { EmulatorState } from "../state.ts";
import { blobBytes, createBlob } from "../volumes/blobs.ts";
import { takeVolumeFile } from "../volumes/volume-files.ts";
import { findVolume } from "../volumes/volume-records.ts";
import { type CallResult, DATA_FORMAT_CBOR, RESULT_STATUS } from "./call-records.ts";
import type { CallWork, RunningWork } from "./call-work.ts";

/** What is called: the built-in app and its function. */
interface Callee {
  app: BuiltInApp;
  body: FunctionBody;
}

/** Arguments as the caller gave them. */
interface CallArguments {
  args: unknown[];
  kwargs: Record<string, unknown>;
}

/** One input as the protocol carries it. */
export interface FunctionInput {
  args?: Buffer;
  argsBlobId?: string;
  dataFormat: number;
  methodName?: string;
}

async function readInput(state: EmulatorState, input: FunctionInput): Promise<CallArguments> {
  if (input.dataFormat !== DATA_FORMAT_CBOR) {
    return refuse(`the function takes CBOR inputs (format 4), not format ${input.dataFormat}`);
  }
  const bytes = input.argsBlobId ? await blobBytes(state, input.argsBlobId) : input.args;
  try {
    return decodeArguments(bytes ?? Buffer.alloc(0));
  } catch (thrown) {
    return refuse(`the function input cannot be read: ${toError(thrown).message}`);
  }
}

// A larger result is kept as a blob: records are read often, and mostly not for their results.
const INLINE_BYTES = 4096;

// What Python says of arguments that do not fit: the body is never entered.
function misfit(body: FunctionBody, { args, kwargs }: CallArguments): string | undefined {
  const names = body.parameters.map((parameter) => parameter.name);
  if (args.length > names.length) {
    return `${body.name}() takes ${names.length} positional arguments but ${args.length} were given`;
  }
  const unknown = Object.keys(kwargs).find((name) => !names.includes(name));
  if (unknown !== undefined) return `${body.name}() got an unexpected keyword argument '${unknown}'`;
  const missing = body.parameters
    .slice(args.length)
    .find((each) => !each.hasDefault && !Object.hasOwn(kwargs, each.name));
  return missing && `${body.name}() missing 1 required argument: '${missing.name}'`;
}

function failureOf(thrown: unknown): CallResult {
  const error = toError(thrown);
  const { traceback } = error as { traceback?: unknown };
  const exception = `${error.name}: ${error.message}`;
  // Our own stack paths are nobody's business; a body that wants its stack shown says so.
  const text = traceback === true ? error.stack : typeof traceback === "string" ? traceback : undefined;
  return { status: RESULT_STATUS.failure, exception, ...(text === undefined ? {} : { traceback: text }) };
}

async function successOf(state: EmulatorState, value: unknown): Promise<CallResult> {
  let bytes: Buffer;
  try {
    bytes = encodePayload(value);
  } catch (thrown) {
    const exception = `SerializationError: the return value cannot be sent: ${toError(thrown).message}`;
    return { status: RESULT_STATUS.failure, exception };
  }
  const { success: status } = RESULT_STATUS;
  if (bytes.length <= INLINE_BYTES) return { status, data: bytes.toString("base64") };
  return { status, blobId: await createBlob(state, bytes) };
}

async function copyFromMount(
  state: EmulatorState,
  app: BuiltInApp,
  containerPath: string,
  localPath: string,
  signal: AbortSignal,
): Promise<boolean> {
  const mount = Object.keys(app.mounts)
    .filter((folder) => containerPath.startsWith(`${folder.replace(/\/$/, "")}/`))
    .sort((a, b) => b.length - a.length)[0];
  const volume = mount === undefined ? undefined : await findVolume(state, app.mounts[mount] ?? "");
  if (mount === undefined || volume === undefined) return false;
  return takeVolumeFile(state, volume.id, containerPath.slice(mount.length), localPath, signal);
}

// Never rejects.
async function runBody(
  state: EmulatorState,
  callee: Callee,
  input: CallArguments,
  { record, signal, log }: RunningWork,
): Promise<CallResult> {
  const wrong = misfit(callee.body, input);
  if (wrong !== undefined) return { status: RESULT_STATUS.failure, exception: `TypeError: ${wrong}` };
  try {
    const value = await callee.body.run({
      functionCallId: record.id,
      ...input,
      signal,
      // A worker captures whole lines; a body says each without its end.
      log: (source, text) => log.write(source, text.endsWith("\n") ? text : `${text}\n`),
      copyFromMount: (from, to) => copyFromMount(state, callee.app, from, to, signal),
    });
    return await successOf(state, value);
  } catch (thrown) {
    return failureOf(thrown);
  }
}

/** The work of one call of a built-in function. Throws INVALID_ARGUMENT for an input that is no CBOR of arguments. */
export async function builtInWork(
  state: EmulatorState,
  deployed: DeployedFunction,
  callee: Callee,
  input: FunctionInput,
): Promise<CallWork> {
  const read = await readInput(state, input);
  const { app, body } = callee;
  return {
    deployed,
    pool: poolOf(state, deployed.app.id, { appId: deployed.app.id, maxContainers: app.maxContainers }),
    timeoutSeconds: body.timeoutSeconds,
    hasLastWord: true,
    run: (work) => runBody(state, callee, read, work),
  };
}
