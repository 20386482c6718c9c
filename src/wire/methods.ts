/** One RPC of `modal.client.ModalClient`: its message names, and whether the answer is a stream. */
export interface Method {
  request: string;
  response: string;
  streams: boolean;
}

/** Path prefix of every RPC. */
export const SERVICE_NAME = "modal.client.ModalClient";

/** RPCs whose messages are not `<name>Request` and `<name>Response`; "" keeps the customary name. */
const UNUSUAL: Record<string, [request: string, response: string]> = {
  ClientHello: ["Empty", ""],
  WorkspaceNameLookup: ["Empty", ""],
  EnvironmentList: ["Empty", ""],
  VolumeDelete: ["", "Empty"],
  VolumeRename: ["", "Empty"],
  VolumeHeartbeat: ["", "Empty"],
  VolumeReload: ["", "Empty"],
  VolumePutFiles: ["", "Empty"],
  VolumeListFiles2: ["VolumeListFilesRequest", "VolumeListFilesResponse"],
  VolumeRemoveFile: ["", "Empty"],
  VolumeRemoveFile2: ["VolumeRemoveFileRequest", "Empty"],
  VolumeCopyFiles: ["", "Empty"],
  VolumeCopyFiles2: ["VolumeCopyFilesRequest", "Empty"],
  AppStop: ["", "Empty"],
  AppGetLogs: ["", "TaskLogsBatch"],
  AppHeartbeat: ["", "Empty"],
  AppClientDisconnect: ["", "Empty"],
  AppSetTags: ["", "Empty"],
  ContainerHello: ["Empty", "Empty"],
  FunctionPutOutputs: ["", "Empty"],
  FunctionCallPutDataOut: ["FunctionCallPutDataRequest", "Empty"],
  FunctionCallGetDataOut: ["FunctionCallGetDataRequest", "DataChunk"],
  TaskResult: ["", "Empty"],
  FunctionCallCancel: ["", "Empty"],
  FunctionGetCurrentStats: ["", "FunctionStats"],
};

const STREAMING = new Set([
  ...["VolumeListFiles", "VolumeListFiles2", "AppGetLogs", "ImageJoinStreaming", "FunctionCallGetDataOut"],
]);

/** Describes the RPC `name` (`VolumeList`, …) as api.proto declares it. */
export function describeMethod(name: string): Method {
  const [request, response] = UNUSUAL[name] ?? ["", ""];
  return {
    request: request || `${name}Request`,
    response: response || `${name}Response`,
    streams: STREAMING.has(name),
  };
}
