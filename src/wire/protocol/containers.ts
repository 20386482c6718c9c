/** What a container is given and asks for. Names and numbers: modal_proto/api.proto of modal-client. */
export const CONTAINERS_PROTOCOL = `
message ContainerArguments {
  string task_id = 1; string function_id = 2; string app_id = 4; bytes function_def = 7; bytes serialized_params = 10;
  string environment_name = 13;
  AppLayout app_layout = 15;
}
message CancelInputEvent { repeated string input_ids = 1; bool terminate_containers = 2; }
message ContainerHeartbeatRequest { bool canceled_inputs_return_outputs_v2 = 5; }
message ContainerHeartbeatResponse { CancelInputEvent cancel_input_event = 1; }
message FunctionGetInputsRequest { string function_id = 1; int32 input_concurrency = 6; }
message FunctionGetInputsItem {
  string input_id = 1; FunctionInput input = 2; bool kill_switch = 3; string function_call_id = 5;
  int32 function_call_invocation_type = 6; uint32 retry_count = 7; string attempt_token = 9;
}
message FunctionGetInputsResponse { repeated FunctionGetInputsItem inputs = 3; }
message FunctionPutOutputsItem {
  string input_id = 1; GenericResult result = 2; double input_started_at = 3; double output_created_at = 4;
  int32 data_format = 7; uint32 retry_count = 8;
}
message FunctionPutOutputsRequest { repeated FunctionPutOutputsItem outputs = 4; }
message TaskResultRequest { GenericResult result = 2; }
message FunctionGetDynamicConcurrencyRequest {
  string function_id = 1; uint32 target_concurrency = 2; uint32 max_concurrency = 3;
}
message FunctionGetDynamicConcurrencyResponse { uint32 concurrency = 1; }
message DataChunk {
  int32 data_format = 1; oneof data_oneof { bytes data = 2; string data_blob_id = 3; } uint64 index = 4;
}
message FunctionCallPutDataRequest {
  string function_call_id = 1; repeated DataChunk data_chunks = 2; string attempt_token = 3;
}
message FunctionCallGetDataRequest { string function_call_id = 1; uint64 last_index = 2; string attempt_token = 3; }
message ContainerStopRequest { string task_id = 1; bool graceful = 2; }
message ContainerStopResponse {}
`;
