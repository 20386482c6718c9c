/** What a status carries beside its words. Names and numbers: google/rpc/status.proto, and modal_proto/api.proto of modal-client. */
export const STATUS_PROTOCOL = `
message Any { string type_url = 1; bytes value = 2; }
message RPCStatus { int32 code = 1; string message = 2; repeated Any details = 3; }
message RPCRetryPolicy { float retry_after_secs = 1; }
`;
