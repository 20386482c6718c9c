/** ISO 8601 from Modal's seconds since the epoch, where 0 means "never" or "not told". */
export function isoFromSeconds(seconds: number): string | undefined {
  return seconds > 0 ? new Date(seconds * 1000).toISOString() : undefined;
}
