import { ToolError } from "../errors.ts";
import type { Settings } from "./services.ts";

/** The volume that an argument `volume` means: fmi or energyplus, test or production as configured, or one by its name. */
export function volumeName(
  volume: string,
  useTest: boolean | undefined,
  { volumes, useTestVolume }: Settings,
): string {
  if (volume === "fmi") return (useTest ?? useTestVolume.fmi) ? volumes.fmiTest : volumes.fmi;
  if (volume === "energyplus") {
    return (useTest ?? useTestVolume.energyplus) ? volumes.energyplusTest : volumes.energyplus;
  }
  if (useTest === undefined) return volume;
  throw new ToolError(
    "invalid_argument",
    `Cannot choose between test and production for volume "${volume}": it was named outright`,
    "Leave `use_test_volume` out, or pass `volume` as fmi or energyplus.",
  );
}
