/** Logs of apps. Names and numbers: modal_proto/api.proto of modal-client. */
export const LOGS_PROTOCOL = `
message TaskProgress { uint64 len = 1; uint64 pos = 2; int32 progress_type = 3; string description = 4; }
message TaskLogs {
  string data = 1; int32 task_state = 6; double timestamp = 7; int32 file_descriptor = 8;
  TaskProgress task_progress = 9; string function_call_id = 10; string input_id = 11; uint64 timestamp_ns = 12;
  string container_id = 13;
}
message TaskLogsBatch {
  string task_id = 1; repeated TaskLogs items = 2; string entry_id = 5; bool app_done = 10;
  string function_id = 11; string input_id = 12; bool eof = 14; string root_function_id = 16;
}
message AppGetLogsRequest {
  string app_id = 1; float timeout = 2; string last_entry_id = 4; string function_id = 5; string input_id = 6;
  string task_id = 7; int32 file_descriptor = 8; string function_call_id = 9; string sandbox_id = 10;
  string search_text = 12;
}
message AppFetchLogsRequest {
  string app_id = 1; Timestamp since = 2; Timestamp until = 3; uint32 limit = 4; int32 source = 5;
  string function_id = 6; string function_call_id = 7; string task_id = 8; string sandbox_id = 9;
  string search_text = 10;
}
message AppFetchLogsResponse { repeated TaskLogsBatch batches = 1; }
message AppCountLogsRequest {
  string app_id = 1; string task_id = 2; string function_id = 3; string function_call_id = 4;
  string sandbox_id = 5; string search_text = 6; Timestamp since = 7; Timestamp until = 8;
  uint32 bucket_secs = 9; int32 source = 10;
}
message AppCountLogsResponse {
  string app_id = 1; repeated LogBucket buckets = 2;
  message LogBucket {
    Timestamp bucket_start_at = 1; uint64 stdout_logs = 2; uint64 stderr_logs = 3; uint64 system_logs = 4;
  }
}
`;
