import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** The project's folder. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

// CommonJS packages in an ES module bundle call require() for Node's own modules.
const REQUIRE =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

/** Packages with native code: they stay in node_modules, and cbor-x does without cbor-extract. */
const EXTERNAL = ["koffi", "cbor-extract"];

/**
 * Bundles entry files (name -> path) into `outdir` as minified ES modules with shared chunks: what is imported
 * dynamically loads on first use. Entries are written last and stale files removed then, so that a running
 * program finds its chunks. `check` gets esbuild's metafile before anything is written, and may throw.
 */
export async function bundle({ entries, outdir, define = {}, check = () => {} }) {
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: entries,
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    minify: true,
    legalComments: "none",
    charset: "utf8",
    chunkNames: "chunks/[name]-[hash]",
    external: EXTERNAL,
    banner: { js: REQUIRE },
    define,
    metafile: true,
    write: false,
    logLevel: "warning",
    // protobufjs looks up optional modules by eval; there are none here.
    logOverride: { "direct-eval": "silent" },
  });
  check(result.metafile);
  const isEntry = (file) => basename(file.path, ".js") in entries;
  const files = [...result.outputFiles].sort((a, b) => Number(isEntry(a)) - Number(isEntry(b)));
  await mkdir(join(outdir, "chunks"), { recursive: true });
  for (const file of files) {
    const temporary = `${file.path}.${process.pid}.tmp`;
    await writeFile(temporary, file.contents, { mode: isEntry(file) ? 0o755 : 0o644 });
    await rename(temporary, file.path);
  }
  const kept = new Set(files.map((file) => basename(file.path)));
  for (const chunk of await readdir(join(outdir, "chunks")))
    if (!kept.has(chunk) && chunk.endsWith(".js")) await rm(join(outdir, "chunks", chunk), { force: true });
  return result.metafile;
}

/** The output files that load when `output` is started, itself included, without those imported dynamically. */
export function staticClosure(metafile, output) {
  const seen = new Set();
  const visit = (path) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const imported of metafile.outputs[path]?.imports ?? [])
      if (imported.kind === "import-statement" && !imported.external) visit(imported.path);
  };
  visit(output);
  return [...seen];
}

/** Bytes per package, and per room of `src`, in the given output files, largest first. */
export function bytesByOrigin(metafile, outputs) {
  const bytes = new Map();
  for (const output of outputs)
    for (const [input, { bytesInOutput }] of Object.entries(metafile.outputs[output].inputs)) {
      const origin = originOf(input);
      bytes.set(origin, (bytes.get(origin) ?? 0) + bytesInOutput);
    }
  return [...bytes].sort(([, a], [, b]) => b - a);
}

/** Path of an output file as the metafile has it. */
export function outputPath(outdir, file) {
  return relative(ROOT, join(outdir, file)).split(sep).join("/");
}

function originOf(input) {
  const inPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input);
  if (inPackage) return inPackage[1];
  return /^src\/[^/]+\//.exec(input)?.[0] ?? input;
}
