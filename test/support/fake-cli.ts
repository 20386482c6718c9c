import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "./temporary-folder.ts";

/** A folder that holds an empty runner module. */
export async function runnersFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "sv_fmi"));
  await writeFile(join(folder, "sv_fmi", "__init__.py"), "");
  await writeFile(join(folder, "sv_fmi", "modal_app.py"), "");
  return folder;
}

/** A `modal` command that tells its version and else does what the shell script says. */
export async function fakeCli(script: string): Promise<string> {
  const path = join(await temporaryFolder(), "modal-cli");
  const body = `#!/bin/sh\nif [ "$1" = --version ]; then echo "modal client version: 1.5.4"; exit 0; fi\n${script}\n`;
  await writeFile(path, body);
  await chmod(path, 0o755);
  return path;
}
