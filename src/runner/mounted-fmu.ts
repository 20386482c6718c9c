import { mkdtemp, rm } from "node:fs/promises";
import { join, posix } from "node:path";
import { toError } from "../errors.ts";
import { openFileSource } from "../fmi/byte-source.ts";
import { type Fmu, openFmu } from "../fmi/fmu.ts";
import { containerPaths, type FmuReference, hashFile } from "./fmu-file.ts";
import type { HostedCall } from "./hosted-app.ts";

/** An FMU copied out of a volume and opened. */
export interface MountedFmu {
  fmu: Fmu;
  /** Of the copy. */
  path: string;
  containerPath: string;
  /** sha256 of the file. */
  checksum: string;
}

/**
 * Copies the FMU that a call names out of its mount, checks its sha256 where one is given, opens it for `use`, and removes
 * the copy. Resolves to a sentence where that cannot be done.
 */
export async function withMountedFmu<T>(
  call: Pick<HostedCall, "copyFromMount">,
  reference: FmuReference,
  workDir: string,
  use: (mounted: MountedFmu) => Promise<T>,
): Promise<T | { problem: string }> {
  const folder = await mkdtemp(join(workDir, "fmu-"));
  try {
    const path = join(folder, "model.fmu");
    const containerPath = await copyFirst(call, containerPaths(reference), path);
    if (containerPath === undefined) {
      const looked = containerPaths(reference).join(" and ");
      return { problem: `There is no FMU at ${looked} in the container. Upload it with \`upload_fmu\`.` };
    }
    const expected = reference.fmu_checksum;
    const actual = await hashFile(path);
    if (expected && actual !== expected) {
      return {
        problem: `The file at ${containerPath} has the sha256 ${actual}, not ${expected}: upload it again.`,
      };
    }
    return await useFmu({ path, containerPath, checksum: actual }, use);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyFirst(
  call: Pick<HostedCall, "copyFromMount">,
  paths: readonly string[],
  target: string,
): Promise<string | undefined> {
  for (const path of paths) if (await call.copyFromMount(path, target)) return path;
  return undefined;
}

async function useFmu<T>(
  place: Omit<MountedFmu, "fmu">,
  use: (mounted: MountedFmu) => Promise<T>,
): Promise<T | { problem: string }> {
  let fmu: Fmu;
  try {
    fmu = await openFmu(await openFileSource(place.path), posix.basename(place.containerPath));
  } catch (thrown) {
    return { problem: toError(thrown).message };
  }
  try {
    return await use({ ...place, fmu });
  } finally {
    await fmu.close();
  }
}
