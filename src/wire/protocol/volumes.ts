/** Volumes, their files, mounts and blobs. Names and numbers: modal_proto/api.proto of modal-client. */
export const VOLUMES_PROTOCOL = `
message CreationInfo { double created_at = 1; string created_by = 2; }
message VolumeMetadata { int32 version = 1; string name = 2; CreationInfo creation_info = 3; }
message VolumeGetOrCreateRequest {
  string deployment_name = 1; string environment_name = 3; int32 object_creation_type = 4; string app_id = 5;
  int32 version = 6;
}
message VolumeGetOrCreateResponse { string volume_id = 1; int32 version = 2; VolumeMetadata metadata = 3; }
message ListPagination { int32 max_objects = 1; double created_before = 2; }
message VolumeListRequest { string environment_name = 1; ListPagination pagination = 2; }
message VolumeListItem { string label = 1; string volume_id = 2; double created_at = 3; VolumeMetadata metadata = 4; }
message VolumeListResponse { repeated VolumeListItem items = 1; string environment_name = 2; }
message VolumeGetByIdRequest { string volume_id = 1; }
message VolumeGetByIdResponse { string volume_id = 1; VolumeMetadata metadata = 2; }
message VolumeDeleteRequest { string volume_id = 1; string environment_name = 2; }
message VolumeRenameRequest { string volume_id = 1; string name = 2; }
message VolumeHeartbeatRequest { string volume_id = 1; }
message VolumeCommitRequest { string volume_id = 1; }
message VolumeCommitResponse { bool skip_reload = 1; }
message VolumeReloadRequest { string volume_id = 1; }

message FileEntry { string path = 1; int32 type = 2; uint64 mtime = 3; uint64 size = 4; }
message VolumeListFilesRequest {
  string volume_id = 1; string path = 2; optional uint32 max_entries = 3; bool recursive = 4;
}
message VolumeListFilesResponse { repeated FileEntry entries = 1; }
message VolumeGetFile2Request {
  string volume_id = 1; string path = 2; uint64 start = 3; uint64 len = 4; bool client_pads_blocks = 5;
}
message VolumeGetFile2Response { repeated string get_urls = 1; uint64 size = 2; uint64 start = 3; uint64 len = 4; }
message MountFile {
  string filename = 1; string sha256_hex = 3; optional uint64 size = 4; optional uint32 mode = 5;
}
message VolumePutFilesRequest {
  string volume_id = 1; repeated MountFile files = 2; bool disallow_overwrite_existing_files = 3;
}
message VolumePutFiles2Request {
  string volume_id = 1; repeated File files = 2; bool disallow_overwrite_existing_files = 3;
  message File { string path = 1; uint64 size = 2; repeated Block blocks = 3; optional uint32 mode = 4; }
  message Block { bytes contents_sha256 = 1; optional bytes put_response = 2; }
}
message VolumePutFiles2Response {
  repeated MissingBlock missing_blocks = 1;
  message MissingBlock { uint64 file_index = 1; uint64 block_index = 2; string put_url = 3; }
}
message VolumeRemoveFileRequest { string volume_id = 1; string path = 2; bool recursive = 3; }
message VolumeCopyFilesRequest {
  string volume_id = 1; repeated string src_paths = 2; string dst_path = 3; bool recursive = 4;
}

message MountPutFileRequest {
  string sha256_hex = 2;
  oneof data_oneof { bytes data = 3; string data_blob_id = 5; }
}
message MountPutFileResponse { bool exists = 2; }

message UploadUrlList { repeated string items = 1; }
message BlobCreateRequest { string content_md5 = 1; string content_sha256_base64 = 2; int64 content_length = 3; }
message BlobCreateResponse {
  string blob_id = 2;
  oneof upload_type_oneof { string upload_url = 1; }
  repeated string blob_ids = 4;
  oneof upload_types_oneof { UploadUrlList upload_urls = 5; }
}
message BlobGetRequest { string blob_id = 1; }
message BlobGetResponse { string download_url = 1; }
`;
