/**
 * Codes of what may be wrong, in order of precedence: where several are found, the first must be mended first. They are
 * stable: programs and `docs/troubleshooting.md` name them.
 */
export const CAUSE_CODES = [
  ...["credentials_half", "credentials_malformed", "credentials_missing", "profile_unknown"],
  ...["profile_ambiguous", "url_without_token", "setting_invalid", "embedded_by_accident"],
  ...["proxy_in_the_way", "endpoint_unreachable", "endpoint_throttled"],
  ...["token_rejected", "permission_denied", "environment_missing"],
  // A deploy would fail again, so its image comes before what a deploy would mend.
  ...["image_build_failed", "app_not_deployed", "app_stopped", "function_missing", "client_without_cbor"],
  ...["container_import_error", "runner_outdated", "shared_package_mismatch"],
  ...["volume_missing", "volume_version_mismatch", "fmu_missing", "fmu_in_other_volume"],
  ...["upload_unfinished", "volume_stale_view"],
  ...["fmu_invalid", "no_binary_for_platform", "needs_execution_tool", "licence_missing"],
  ...["external_file_missing", "library_missing"],
  ...["waiting_for_container", "run_not_found", "call_not_found", "run_crashed", "run_timed_out"],
  ...["run_cancelled", "run_interrupted", "output_expired", "result_too_large", "not_a_number"],
  // A slow endpoint hinders nothing that an answer comes from; where none comes, all else is skipped.
  ...["run_failed", "endpoint_slow", "deploy_failed", "check_failed"],
] as const;

/** Whether a code names a cause, and its place in the order of precedence (from 0). */
export function precedenceOf(code: string | null): number | undefined {
  const codes: readonly (string | null)[] = CAUSE_CODES;
  const place = codes.indexOf(code);
  return place < 0 ? undefined : place;
}
