import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll } from "vitest";

/** Bundles the runner's child process from its sources before the tests of a file; returns where it will lie. */
export function bundledRunnerChild(): { path: string } {
  const bundled = { path: "" };
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "runner-child-"));
    await cp(new URL("../../src/fmi/native", import.meta.url), join(folder, "native"), { recursive: true });
    bundled.path = join(folder, "runner-child.mjs");
    await build({
      entryPoints: [fileURLToPath(new URL("../../src/runner/child.ts", import.meta.url))],
      outfile: bundled.path,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      logLevel: "error",
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
      },
      plugins: [
        {
          // Outside the project there is no node_modules to find it in.
          name: "native",
          setup: (bundler) =>
            bundler.onResolve({ filter: /^koffi$/ }, () => ({
              path: pathToFileURL(fileURLToPath(import.meta.resolve("koffi"))).href,
              external: true,
            })),
        },
      ],
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return bundled;
}
