// Bundles src into dist, and checks that starting the server loads no more than it must.
import { copyFile, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle, bytesByOrigin, outputPath, ROOT, staticClosure } from "./bundle.mjs";

const OUT = join(ROOT, "dist");

/** What loads on first use only: each costs tens of milliseconds at start-up. */
const LAZY = [
  ...["modal", "@grpc/grpc-js", "protobufjs", "nice-grpc", "cbor-x", "cborg", "koffi", "yauzl", "saxes"],
  ...["d3-scale", "d3-shape", "@resvg/resvg-wasm", "hyparquet-writer"],
  ...["src/emulator/", "src/modal/", "src/wire/", "src/plots/"],
];

/** What drawing reads at run time: files of packages, by their names in dist. */
const FILES = {
  "resvg.wasm": pathFromRoot(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm")),
  "DejaVuSans.ttf": pathFromRoot(import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf")),
};

/** The engine's native part, of which the platform's own is loaded at run time. */
const NATIVE = "src/fmi/native";

const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
const metafile = await bundle({
  entries: {
    main: "src/main.ts",
    "runner-child": "src/runner/child.ts",
    "plot-worker": "src/plots/worker.ts",
  },
  outdir: OUT,
  define: { MODAL_FMI_VERSION: JSON.stringify(version) },
  check: checkStart,
}).catch((error) => {
  // esbuild has printed what is wrong in the sources.
  if (error.errors === undefined) throw error;
  process.exit(1);
});
await addShebang(join(OUT, "main.js"));
await copyFiles();
await writeFile(join(OUT, "THIRD-PARTY-LICENSES.txt"), await licences(metafile));

/** Prints what loads when the server starts, and refuses what must not. */
function checkStart(built) {
  const start = bytesByOrigin(built, staticClosure(built, outputPath(OUT, "main.js")));
  const total = start.reduce((sum, [, bytes]) => sum + bytes, 0);
  console.log(`dist/main.js ${version}: ${kilobytes(total)} load at start-up`);
  if (!process.argv.includes("--quiet"))
    for (const [origin, bytes] of start) console.log(`  ${kilobytes(bytes).padStart(8)}  ${origin}`);
  const early = start.filter(([origin]) => LAZY.includes(origin)).map(([origin]) => origin);
  if (early.length === 0) return;
  console.error(`src/main.ts loads ${early.join(", ")} at start-up: import these dynamically.`);
  process.exit(1);
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

/** A program that runs meanwhile reads the old file or the new one, never a part. */
async function copyFiles() {
  await mkdir(join(OUT, "native"), { recursive: true });
  const libraries = (await readdir(join(ROOT, NATIVE))).filter((name) => !name.endsWith(".c"));
  const native = libraries.map((name) => [`native/${name}`, `${NATIVE}/${name}`]);
  for (const [name, source] of [...Object.entries(FILES), ...native]) {
    const temporary = join(OUT, `${name}.${process.pid}.tmp`);
    await copyFile(join(ROOT, source), temporary);
    await rename(temporary, join(OUT, name));
  }
}

async function addShebang(path) {
  const text = await readFile(path, "utf8");
  if (!text.startsWith("#!")) await writeFile(path, `#!/usr/bin/env node\n${text}`);
}

function pathFromRoot(url) {
  return relative(ROOT, fileURLToPath(url)).split(sep).join("/");
}

/** The licence texts of all packages in the bundle, which their licences ask to travel with it. */
async function licences({ inputs }) {
  const folders = new Set();
  for (const input of [...Object.keys(inputs), ...Object.values(FILES)]) {
    const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
    if (folder !== undefined) folders.add(folder);
  }
  const parts = [];
  for (const folder of [...folders].sort()) {
    const about = JSON.parse(await readFile(join(ROOT, folder, "package.json"), "utf8"));
    const file = (await readdir(join(ROOT, folder))).find((entry) => /^licen[cs]e/i.test(entry));
    // The Mozilla licence asks to tell where the source is.
    const source = about.repository?.url ?? about.repository ?? about.homepage;
    const text =
      file === undefined
        ? `\nSource: ${source}\n`
        : `\n${(await readFile(join(ROOT, folder, file), "utf8")).trim()}\n`;
    parts.push(`${about.name} ${about.version} (${about.license ?? "see the package"})\n${text}`);
  }
  return `This folder contains parts of these packages.\n\n${parts.join(`\n${"-".repeat(80)}\n`)}`;
}
