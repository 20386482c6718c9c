/** Functions and function calls. Names and numbers: modal_proto/api.proto of modal-client. */
export const FUNCTIONS_PROTOCOL = `
message GenericPayloadType { int32 base_type = 1; repeated GenericPayloadType sub_types = 2; }
message ClassParameterSpec { string name = 1; int32 type = 2; bool has_default = 3; GenericPayloadType full_type = 8; }
message FunctionSchema {
  int32 schema_type = 1; repeated ClassParameterSpec arguments = 2; GenericPayloadType return_type = 3;
}
message FunctionHandleMetadata {
  string function_name = 2; int32 function_type = 8; bool is_method = 39; string use_method_name = 41;
  string definition_id = 42; bytes class_parameter_info = 43;
  map<string, FunctionHandleMetadata> method_handle_metadata = 44; bytes function_schema = 45;
  repeated int32 supported_input_formats = 50; repeated int32 supported_output_formats = 51; string app_id = 52;
}
message FunctionGetRequest {
  string app_name = 1; string object_tag = 2; string environment_name = 4; int32 app_version = 5;
}
message FunctionGetResponse { string function_id = 1; FunctionHandleMetadata handle_metadata = 2; }
message FunctionBindParamsRequest { string function_id = 1; bytes serialized_params = 2; bytes function_options = 3; }
message FunctionBindParamsResponse { string bound_function_id = 1; FunctionHandleMetadata handle_metadata = 2; }
message FunctionGetByIdRequest { string function_id = 1; }
message FunctionGetByIdResponse { FunctionHandleMetadata handle_metadata = 2; }

message FunctionInput {
  oneof args_oneof { bytes args = 1; string args_blob_id = 7; }
  bool final_input = 9; int32 data_format = 10; optional string method_name = 11;
}
message FunctionPutInputsItem { int32 idx = 1; FunctionInput input = 2; }
message FunctionPutInputsResponseItem { int32 idx = 1; string input_id = 2; string input_jwt = 3; }
message FunctionMapRequest {
  string function_id = 1; int32 function_call_type = 4; repeated FunctionPutInputsItem pipelined_inputs = 5;
  int32 function_call_invocation_type = 6;
}
message FunctionMapResponse {
  string function_call_id = 1; repeated FunctionPutInputsResponseItem pipelined_inputs = 2;
  string function_call_jwt = 4; bool sync_client_retries_enabled = 5; uint32 max_inputs_outstanding = 6;
}
message FunctionPutInputsRequest {
  string function_id = 1; string function_call_id = 3; repeated FunctionPutInputsItem inputs = 4;
}
message FunctionPutInputsResponse { repeated FunctionPutInputsResponseItem inputs = 1; }
message GenericResult {
  int32 status = 1; string exception = 2; int32 exitcode = 3; string traceback = 4;
  oneof data_oneof { bytes data = 5; string data_blob_id = 10; }
  bytes serialized_tb = 11; bytes tb_line_cache = 12;
}
message FunctionGetOutputsRequest {
  string function_call_id = 1; int32 max_values = 2; float timeout = 3; string last_entry_id = 6;
  bool clear_on_success = 7; double requested_at = 8; repeated string input_jwts = 9;
  optional int32 start_idx = 10; optional int32 end_idx = 11;
}
message FunctionGetOutputsItem {
  GenericResult result = 1; int32 idx = 2; string input_id = 3; int32 data_format = 5; string task_id = 6;
  double input_started_at = 7; double output_created_at = 8; uint32 retry_count = 9;
}
message FunctionGetOutputsResponse {
  repeated int32 idxs = 3; repeated FunctionGetOutputsItem outputs = 4; string last_entry_id = 5;
  int32 num_unfinished_inputs = 6;
}
message FunctionCallFromIdRequest { string function_call_id = 1; }
message FunctionCallHandleMetadata { string app_id = 1; string function_id = 2; }
message FunctionCallFromIdResponse {
  string function_call_id = 1; int32 num_inputs = 2; FunctionCallHandleMetadata metadata = 3;
}
message InputInfo {
  string input_id = 1; int32 idx = 2; string task_id = 3; double started_at = 4; double finished_at = 5;
  double task_startup_time = 6; bool task_first_input = 7;
}
message InputCategoryInfo { int32 total = 1; repeated InputInfo latest = 2; }
message FunctionCallInfo {
  string function_call_id = 1; int32 idx = 2; double created_at = 6; double scheduled_at = 7;
  InputCategoryInfo pending_inputs = 12; InputCategoryInfo failed_inputs = 13;
  InputCategoryInfo succeeded_inputs = 14; InputCategoryInfo timeout_inputs = 15;
  InputCategoryInfo cancelled_inputs = 16; int32 total_inputs = 17;
}
message FunctionCallGetInfoRequest { string function_id = 1; string function_call_id = 2; }
message FunctionCallGetInfoResponse { FunctionCallInfo info = 1; }
message FunctionCallCancelRequest {
  string function_call_id = 1; bool terminate_containers = 2; optional string function_id = 3;
}
message FunctionCallFetchRequest {
  string function_id = 1; Tail tail = 3; bool all_variants = 4; Range range = 5;
  message Tail { uint32 count = 1; }
  message Range { Timestamp since = 1; Timestamp until = 2; uint32 limit = 3; }
}
message FunctionCallInputInfo {
  Timestamp enqueued_at = 1; Timestamp started_at = 2; string container_id = 3;
  optional double startup_time_seconds = 4; optional double execution_time_seconds = 5; int32 status = 6;
  string function_call_id = 7;
}
message FunctionCallFetchResponse { repeated FunctionCallInputInfo function_call_inputs = 1; }

message FunctionGetCurrentStatsRequest { string function_id = 1; }
message FunctionStats {
  uint32 backlog = 1; uint32 num_total_tasks = 3; uint32 num_running_inputs = 4; uint32 input_headroom = 5;
}
message FunctionGetTimeRangeStatsRequest { string function_id = 1; Timestamp since = 2; Timestamp until = 3; }
message FunctionGetTimeRangeStatsResponse {
  Timestamp since = 1; Timestamp until = 2; uint64 input_success_count = 3; uint64 input_failure_count = 4;
  uint64 input_timeout_count = 5; uint64 input_running_at_end_count = 6; uint64 container_started_count = 8;
  uint64 container_error_count = 9; uint64 container_creating_at_end_count = 10; uint32 variant_count = 12;
  uint64 container_total_count = 13;
}
message AutoscalerSettings {
  optional uint32 min_containers = 1; optional uint32 max_containers = 2; optional uint32 buffer_containers = 3;
  optional uint32 scaledown_window = 5;
}
message FunctionUpdateSchedulingParamsRequest { string function_id = 1; AutoscalerSettings settings = 3; }
message FunctionUpdateSchedulingParamsResponse { AutoscalerSettings current_settings = 1; }
`;
