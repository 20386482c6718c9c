import { ToolError } from "../errors.ts";
import type { VolumeInfo } from "./modal.ts";

/** Says of a request that failed with `not_found` which path of the volume is not there; gives back any other error. */
export function missingPath(thrown: unknown, volume: VolumeInfo, path: string): unknown {
  if (!(thrown instanceof ToolError) || thrown.code !== "not_found") return thrown;
  return new ToolError(
    "not_found",
    `Cannot find ${path} in volume "${volume.name}": there is no such file or folder`,
    "Call `list_volume` with `path` left out to see what is there.",
    { detail: thrown.detail, cause: thrown },
  );
}
