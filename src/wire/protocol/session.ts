/** Authentication, workspace and environments. Names and numbers: modal_proto/api.proto of modal-client. */
export const SESSION_PROTOCOL = `
message Empty {}
message Timestamp { int64 seconds = 1; int32 nanos = 2; }

message AuthTokenGetRequest {}
message AuthTokenGetResponse { string token = 1; }
message ClientHelloResponse { string warning = 1; string image_builder_version = 2; }
message TokenInfoGetRequest {}
message UserIdentity { string user_id = 1; string username = 2; }
message TokenInfoGetResponse {
  string token_id = 1; string workspace_id = 2; string workspace_name = 3;
  oneof identity { UserIdentity user_identity = 4; }
  Timestamp created_at = 6; Timestamp expires_at = 7; string token_name = 8;
}
message WorkspaceNameLookupResponse { string workspace_name = 1; string username = 2; }

message EnvironmentGetOrCreateRequest { string deployment_name = 1; int32 object_creation_type = 2; }
message EnvironmentSettings { string image_builder_version = 1; string webhook_suffix = 2; }
message EnvironmentMetadata { string name = 1; EnvironmentSettings settings = 2; }
message EnvironmentGetOrCreateResponse { string environment_id = 1; EnvironmentMetadata metadata = 2; }
message EnvironmentListItem {
  string name = 1; string webhook_suffix = 2; double created_at = 3; bool default = 4; string environment_id = 6;
}
message EnvironmentListResponse { repeated EnvironmentListItem items = 2; }
`;
