import { functionCallPutDataOut } from "../calls/call-data.ts";
import type { CallContext, Handler, Handlers } from "../handler.ts";
import { refuse } from "../rpc-error.ts";
import { commitFolder, reloadFolder, type VolumeFolder } from "./container-volumes.ts";

/** A result as a container reports it. */
export interface ReportedResult {
  status: number;
  exception: string;
  traceback: string;
  data?: Buffer;
  dataBlobId?: string;
  serializedTb: Buffer;
  tbLineCache: Buffer;
}

/** What a container's listener asks of the container that it belongs to. */
export interface ContainerDesk {
  /** The next input, or the order to end; {} after a while without either. */
  nextInput(signal: AbortSignal): Promise<object>;
  /** The inputs to cancel; {} after a while without any. */
  nextCancellation(signal: AbortSignal): Promise<object>;
  putOutput(inputId: string, result: ReportedResult, dataFormat: number): Promise<void>;
  /** Told where the function could not even be imported. */
  putFailure(result: ReportedResult): Promise<void>;
  volumes: readonly VolumeFolder[];
}

interface OutputsRequest {
  outputs: { inputId: string; result?: ReportedResult; dataFormat: number }[];
}

/**
 * RPCs that only containers make, on the listener of one of them: which one calls, nothing in them says.
 * Differs: web endpoints are not served; a container takes one input at a time.
 */
export function containerRpcs(desk: ContainerDesk): Handlers {
  const folderOf = (volumeId: string): VolumeFolder =>
    desk.volumes.find((volume) => volume.volumeId === volumeId) ??
    refuse(`the volume '${volumeId}' is not mounted in this container`);
  const wait = (next: (signal: AbortSignal) => Promise<object>): Handler =>
    ((_state: unknown, _request: unknown, context: CallContext) => next(context.signal)) as Handler;
  const functionPutOutputs: Handler<OutputsRequest> = async (_state, { outputs }) => {
    for (const { inputId, result, dataFormat } of outputs) {
      if (result !== undefined) await desk.putOutput(inputId, result, dataFormat);
    }
    return {};
  };
  const taskResult: Handler<{ result?: ReportedResult }> = async (_state, { result }) => {
    if (result !== undefined) await desk.putFailure(result);
    return {};
  };
  const volumeCommit: Handler<{ volumeId: string }> = async (state, { volumeId }) => {
    await commitFolder(state, folderOf(volumeId));
    return { skipReload: false };
  };
  const volumeReload: Handler<{ volumeId: string }> = async (state, { volumeId }) => {
    await reloadFolder(state, folderOf(volumeId));
    return {};
  };
  const dynamicConcurrency: Handler<{ targetConcurrency: number }> = (_state, request) => ({
    concurrency: request.targetConcurrency,
  });
  return {
    ContainerHello: () => ({}),
    ContainerHeartbeat: wait(desk.nextCancellation),
    FunctionGetInputs: wait(desk.nextInput),
    FunctionPutOutputs: functionPutOutputs,
    TaskResult: taskResult,
    VolumeCommit: volumeCommit,
    VolumeReload: volumeReload,
    FunctionGetDynamicConcurrency: dynamicConcurrency,
    FunctionCallPutDataOut: functionCallPutDataOut,
  };
}
