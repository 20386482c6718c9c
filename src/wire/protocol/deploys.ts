/**
 * What `modal deploy` creates. Names and numbers: modal_proto/api.proto of modal-client. A member declared as
 * `bytes` is a message there: it is passed on as it came, with members that this schema does not know.
 */
export const DEPLOYS_PROTOCOL = `
message AppCreateRequest {
  string client_id = 1; string description = 2; string environment_name = 5; int32 app_state = 6;
  map<string, string> tags = 7;
}
message AppCreateResponse { string app_id = 1; string app_page_url = 2; string app_logs_url = 3; }
message AppHeartbeatRequest { string app_id = 1; }
message AppClientDisconnectRequest { string app_id = 1; int32 reason = 2; string exception = 3; }
message Warning { int32 type = 1; string message = 2; }
message AppPublishRequest {
  string app_id = 1; string name = 2; string deployment_tag = 3; int32 app_state = 4;
  map<string, string> function_ids = 5; map<string, string> class_ids = 6; map<string, string> definition_ids = 7;
  string client_version = 9; bytes commit_info = 10; map<string, string> tags = 11;
}
message AppPublishResponse { string url = 1; repeated Warning server_warnings = 3; double deployed_at = 4; }
message AppRollbackRequest { string app_id = 1; int32 version = 2; }
message AppRollbackResponse { string url = 1; repeated Warning server_warnings = 3; double deployed_at = 4; }
message AppSetTagsRequest { string app_id = 1; map<string, string> tags = 2; }
message AppGetTagsRequest { string app_id = 1; }
message AppGetTagsResponse { map<string, string> tags = 1; }

message VolumeMount {
  string volume_id = 1; string mount_path = 2; bool allow_background_commits = 3; bool read_only = 4;
  string sub_path = 5;
}
message ObjectDependency { string object_id = 1; }
message MethodDefinition {
  string function_name = 1; int32 function_type = 2; bytes function_schema = 7;
  repeated int32 supported_input_formats = 8; repeated int32 supported_output_formats = 9;
}
message FunctionView {
  string module_name = 1; string function_name = 2; repeated string mount_ids = 3; string image_id = 4;
  int32 function_type = 8; repeated string secret_ids = 10; bytes webhook_config = 15; uint32 concurrency_limit = 19;
  uint32 timeout_secs = 21; uint32 task_idle_timeout_secs = 25; repeated VolumeMount volume_mounts = 33;
  repeated ObjectDependency object_dependencies = 43; uint32 max_inputs = 46; bool is_class = 53;
  bytes class_parameter_info = 56; bytes schedule = 72; map<string, MethodDefinition> method_definitions = 74;
  bytes function_schema = 80; uint32 startup_timeout_secs = 86; repeated int32 supported_input_formats = 87;
  repeated int32 supported_output_formats = 88; bool single_use_containers = 91;
  AutoscalerSettings autoscaler_settings = 79;
}
message FunctionPrecreateRequest {
  string app_id = 1; string function_name = 2; string existing_function_id = 3; int32 function_type = 4;
  bytes function_schema = 9; repeated int32 supported_input_formats = 10; repeated int32 supported_output_formats = 11;
}
message FunctionPrecreateResponse { string function_id = 1; FunctionHandleMetadata handle_metadata = 2; }
message FunctionCreateRequest {
  bytes function = 1; string app_id = 2; string existing_function_id = 7; bytes function_data = 9;
}
message FunctionCreateResponse {
  string function_id = 1; bytes function = 4; FunctionHandleMetadata handle_metadata = 5;
  repeated Warning server_warnings = 6;
}
message ClassCreateRequest { string app_id = 1; string existing_class_id = 2; }
message ClassGetRequest { string app_name = 1; string object_tag = 2; string environment_name = 4; }
message ClassGetResponse { string class_id = 1; ClassHandleMetadata handle_metadata = 2; }
message ClassHandleMetadata { string class_function_id = 2; FunctionHandleMetadata class_function_metadata = 3; }
message ClassCreateResponse { string class_id = 1; ClassHandleMetadata handle_metadata = 2; }

message SecretGetOrCreateRequest {
  string deployment_name = 1; string environment_name = 3; int32 object_creation_type = 4;
  map<string, string> env_dict = 5; string app_id = 6; repeated string required_keys = 7;
}
message SecretMetadata { string name = 1; CreationInfo creation_info = 2; }
message SecretGetOrCreateResponse { string secret_id = 1; SecretMetadata metadata = 2; }

message MountGetOrCreateRequest {
  string deployment_name = 1; int32 namespace = 2; string environment_name = 3; int32 object_creation_type = 4;
  repeated MountFile files = 5; string app_id = 6;
}
message MountHandleMetadata { string content_checksum_sha256_hex = 1; }
message MountGetOrCreateResponse { string mount_id = 1; MountHandleMetadata handle_metadata = 2; }
message MountBatchedCheckExistenceRequest { repeated string sha256_hex_hashes = 1; }
message MountBatchedCheckExistenceResponse { repeated string missing_sha256_hex_hashes = 1; }

message BaseImage { string image_id = 1; string docker_tag = 2; }
message ImageContextFile { string filename = 1; bytes data = 2; }
message Image {
  repeated BaseImage base_images = 5; repeated string dockerfile_commands = 6;
  repeated ImageContextFile context_files = 7; string context_mount_id = 15; bytes build_function = 21;
}
message ImageGetOrCreateRequest {
  Image image = 2; string app_id = 4; bool force_build = 7; int32 namespace = 8; string builder_version = 9;
  bool ignore_cache = 11;
}
message ImageMetadata {
  string python_version_info = 1; map<string, string> python_packages = 2; string image_builder_version = 5;
}
message ImageGetOrCreateResponse { string image_id = 1; GenericResult result = 2; ImageMetadata metadata = 3; }
message ImageJoinStreamingRequest {
  string image_id = 1; float timeout = 2; string last_entry_id = 3; bool include_logs_for_finished = 4;
}
message ImageJoinStreamingResponse {
  GenericResult result = 1; repeated TaskLogs task_logs = 2; string entry_id = 3; bool eof = 4;
  ImageMetadata metadata = 5;
}
`;
