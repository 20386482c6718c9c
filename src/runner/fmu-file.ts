import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { posix } from "node:path";
import { pipeline } from "node:stream/promises";

/** How a caller names an FMU. */
export interface FmuReference {
  fmu_storage_key: string;
  fmu_checksum?: string | null | undefined;
  use_test_volume: boolean;
}

/** The container folder an FMU is looked for in. */
function mountOf(reference: FmuReference): string {
  return reference.use_test_volume ? "/fmus-test" : "/fmus";
}

/** Container paths where the FMU may lie, in the order of looking: by checksum, then by the file name of its storage key. */
export function containerPaths(reference: FmuReference): string[] {
  const mount = mountOf(reference);
  const name = posix.basename(reference.fmu_storage_key.replaceAll("\\", "/"));
  const names = [
    ...(reference.fmu_checksum ? [`${reference.fmu_checksum}.fmu`] : []),
    ...(name === "" || name === "." || name === ".." ? [] : [name]),
  ];
  return [...new Set(names)].map((each) => `${mount}/${each}`);
}

/** sha256 of a file's bytes, lowercase hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest("hex");
}
