import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join, posix } from "node:path";
import { toError } from "../errors.ts";
import type { Fmu } from "../fmi/fmu.ts";
import { containerPaths, type FmuReference } from "./fmu-file.ts";
import type { HostedCall } from "./hosted-app.ts";
import type { OpenedFmu, OpenedFmus } from "./opened-fmus.ts";

/** An FMU taken out of a volume and opened. */
export interface MountedFmu {
  fmu: Fmu;
  /** sha256 of the file. */
  checksum: string;
}

/** Where FMUs are taken to. */
export interface MountPlace {
  workDir: string;
  opened: OpenedFmus;
}

/**
 * Takes the FMU that a call names out of its mount, checks its sha256 where one is given, and opens it for `use`. Resolves
 * to a sentence where that cannot be done.
 */
export async function withMountedFmu<T>(
  call: Pick<HostedCall, "copyFromMount">,
  reference: FmuReference,
  { workDir, opened }: MountPlace,
  use: (mounted: MountedFmu) => Promise<T>,
): Promise<T | { problem: string }> {
  const path = join(workDir, `fmu-${randomUUID()}`);
  let found: OpenedFmu;
  try {
    const containerPath = await copyFirst(call, containerPaths(reference), path);
    if (containerPath === undefined) {
      const looked = containerPaths(reference).join(" and ");
      return { problem: `There is no FMU at ${looked} in the container. Upload it with \`upload_fmu\`.` };
    }
    const expected = reference.fmu_checksum;
    found = await opened.open(path, posix.basename(containerPath), (actual) => {
      if (!expected || actual === expected) return;
      throw new Error(
        `The file at ${containerPath} has the sha256 ${actual}, not ${expected}: upload it again.`,
      );
    });
  } catch (thrown) {
    return { problem: toError(thrown).message };
  } finally {
    // It is open, or of no use.
    rmSync(path, { force: true });
  }
  try {
    return await use(found);
  } finally {
    await found.release();
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
