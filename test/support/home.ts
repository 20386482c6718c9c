import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes a home folder for a server; `remove` takes it away with all that is kept in it. */
export async function makeHome(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "modal-fmi-home-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
