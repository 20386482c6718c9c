/** Apps, deployments and containers (tasks). Names and numbers: modal_proto/api.proto of modal-client. */
export const APPS_PROTOCOL = `
message AppLifecycle {
  int32 app_state = 1; double created_at = 2; string created_by = 3; double deployed_at = 4;
  string deployed_by = 5; int32 version = 6; double stopped_at = 7; string stopped_by = 8;
}
message AppGetByDeploymentNameRequest { string name = 2; string environment_name = 4; }
message AppGetByDeploymentNameResponse {
  string app_id = 1; string previous_app_id = 2; string environment_name = 3; AppLifecycle lifecycle = 4;
}
message AppGetOrCreateRequest { string app_name = 1; string environment_name = 2; int32 object_creation_type = 3; }
message AppGetOrCreateResponse { string app_id = 1; }
message Object {
  string object_id = 1;
  oneof handle_metadata_oneof {
    FunctionHandleMetadata function_handle_metadata = 3; ClassHandleMetadata class_handle_metadata = 5;
    VolumeMetadata volume_metadata = 7;
  }
}
message AppLayout {
  repeated Object objects = 1; map<string, string> function_ids = 2; map<string, string> class_ids = 3;
}
message AppGetLayoutRequest { string app_id = 1; }
message AppGetLayoutResponse { AppLayout app_layout = 1; }
message AppGetInfoRequest { string app_id = 1; }
message AppHandleMetadata {
  string description = 1; string app_id = 2; string environment_name = 3; AppLifecycle lifecycle = 4;
  map<string, string> functions = 5;
}
message AppGetInfoResponse { AppHandleMetadata info = 1; }
message AppListRequest { string environment_name = 1; }
message AppListResponse {
  repeated AppListItem apps = 1;
  message AppListItem {
    string app_id = 1; string description = 3; int32 state = 4; double created_at = 5; double stopped_at = 6;
    int32 n_running_tasks = 8; string name = 10; AppHandleMetadata metadata = 11;
  }
}
message AppGetLifecycleRequest { string app_id = 1; }
message AppGetLifecycleResponse { AppLifecycle lifecycle = 1; }
message AppDeploymentHistoryRequest { string app_id = 1; }
message AppDeploymentHistory {
  string app_id = 1; uint32 version = 2; string client_version = 3; double deployed_at = 4; string deployed_by = 5;
  string tag = 6; uint32 rollback_version = 7; bool rollback_allowed = 8; bytes commit_info = 10;
}
message AppDeploymentHistoryResponse {
  repeated AppDeploymentHistory app_deployment_histories = 1; uint32 production_app_version = 2;
}
message AppStopRequest { string app_id = 1; int32 source = 2; }

message TaskListRequest { string environment_name = 1; string app_id = 2; }
message TaskStats {
  string task_id = 1; string app_id = 2; string app_description = 3; double started_at = 4; double enqueued_at = 5;
}
message TaskListResponse { repeated TaskStats tasks = 1; }
`;
