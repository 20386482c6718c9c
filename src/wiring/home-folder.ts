import { access, constants, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ToolError, toError } from "../errors.ts";

/** Makes the home folder and its parents (mode 0700). Throws `failed_precondition` where nothing can be kept in it. */
export async function prepareHome(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new ToolError(
      "failed_precondition",
      `Cannot keep anything in the home folder ${folder}: ${toError(cause).message}`,
      "Set `MODAL_FMI_HOME` to a folder that you may write to, then start the server again.",
      { cause },
    );
  }
}

/** Parent by parent: Node's own `recursive` never ends where a file system has no folder made, such as /proc. */
async function makeFolder(folder: string): Promise<void> {
  const facts = await stat(folder).catch(() => undefined);
  if (facts?.isDirectory()) return;
  if (dirname(folder) !== folder) await makeFolder(dirname(folder));
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have been faster.
    if (!(await stat(folder).catch(() => undefined))?.isDirectory()) throw error;
  }
}
