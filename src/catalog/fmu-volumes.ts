import { ToolError } from "../errors.ts";

/** The configured FMU volumes and what the configuration allows of them. */
export interface FmuVolumes {
  volumes: { fmi: string; fmiTest: string };
  useTestVolume: { fmi: boolean };
  allowProduction: boolean;
}

/** The volume to write FMUs to. Throws `permission_denied` where the configuration closes production. */
export function volumeToWrite(settings: FmuVolumes, useTestVolume: boolean): string {
  if (useTestVolume) return settings.volumes.fmiTest;
  if (settings.allowProduction) return settings.volumes.fmi;
  throw closedProduction(settings.volumes.fmi);
}

/** The error that refuses to write to a production volume. */
export function closedProduction(volume: string): ToolError {
  return new ToolError(
    "permission_denied",
    `Cannot write to volume "${volume}": \`MODAL_FMI_ALLOW_PRODUCTION\` is 0`,
    "Pass `use_test_volume: true`, or unset `MODAL_FMI_ALLOW_PRODUCTION`.",
  );
}

/** The volumes to look for an FMU in, in order: the one asked for, or both with the configured one first. */
export function volumesToSearch(settings: FmuVolumes, useTestVolume: boolean | undefined): string[] {
  const { fmi, fmiTest } = settings.volumes;
  if (useTestVolume !== undefined) return [useTestVolume ? fmiTest : fmi];
  return settings.useTestVolume.fmi ? [fmiTest, fmi] : [fmi, fmiTest];
}
