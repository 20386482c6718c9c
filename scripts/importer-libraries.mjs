/** Builds the engine's native part, src/fmi/native/importer.c, for each platform. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compileLibrary, platforms } from "./example-fmus.mjs";

const FOLDER = "src/fmi/native";

/**
 * What src/fmi/native should hold: path below `root` -> bytes. Without `zig` only the library for Linux x86-64 is built, and
 * of the others those that are there stay, if they are of the same source.
 */
export function buildImporter(root, folder, zig) {
  const cwd = join(root, FOLDER);
  const hash = createHash("sha256")
    .update(readFileSync(join(cwd, "importer.c")))
    .digest("hex");
  const files = new Map();
  for (const platform of platforms) {
    const path = `${FOLDER}/${platform.node}${platform.suffix}`;
    const isBuilt = platform.target === undefined || zig !== undefined;
    const bytes = isBuilt
      ? compileLibrary(
          { folder, zig, cwd },
          "importer",
          platform,
          [`-DSOURCE_HASH="${hash}"`],
          ["importer.c"],
        )
      : existsSync(join(root, path))
        ? readFileSync(join(root, path))
        : undefined;
    if (bytes?.includes(hash)) files.set(path, bytes);
    else console.warn(`${path}: there is no binary of its source; build it with --zig`);
  }
  return files;
}
