/**
 * Builds the fixture FMUs from test/fixtures/fmus into test/fixtures/built, the examples from examples/sources into
 * examples/, and the engine's native part in src/fmi/native. `--zig <command>` (such as `--zig "python3 -m ziglang"`, of
 * PyPI's package ziglang) builds the latter two for every platform; without it only for Linux x86-64, and the other
 * platforms keep the binaries they have.
 * `--check` writes nothing and fails where a committed file is not what would be built.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildExamples } from "./example-fmus.mjs";
import { models } from "./fmu-models.mjs";
import { modelDescriptionXml } from "./fmu-xml.mjs";
import { buildImporter } from "./importer-libraries.mjs";
import { zip } from "./zip-writer.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sources = join(root, "test/fixtures/fmus");
const platformFolder = { 1: "linux64", 2: "linux64", 3: "x86_64-linux" };

/** A token that follows from what the FMU is, in the form of a GUID. */
function tokenOf(model, version) {
  const hex = createHash("sha256").update(`${model.name} ${version}`).digest("hex");
  return `{${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-")}}`;
}

function compile(model, version, token, folder) {
  const output = join(folder, `${model.name}-${version}.so`);
  const defines = { ...model.defines, FMI_VERSION: version, INSTANTIATION_TOKEN: `"${token}"` };
  const flags = ["-shared", "-fPIC", "-O2", "-ffp-contract=off", "-fvisibility=hidden", "-Wall", "-Wextra"];
  execFileSync(
    "gcc",
    [
      ...[...flags, "-Wno-unused-parameter", "-Wl,--build-id=none", "-s"],
      ...Object.entries(defines).map(([name, value]) => `-D${name}=${value}`),
      ...["-o", output, model.source, ...(model.isWhole ? [] : [`fmi${version}.c`]), "-lm"],
    ],
    { cwd: sources, stdio: "inherit" },
  );
  return readFileSync(output);
}

function build(model, version, folder) {
  const token = tokenOf(model, version);
  return zip([
    {
      name: "modelDescription.xml",
      bytes: Buffer.from(model.xml?.(token) ?? modelDescriptionXml(model, version, token)),
    },
    {
      name: model.library ?? `binaries/${platformFolder[version]}/${model.name}.so`,
      bytes: model.source === undefined ? Buffer.from("text") : compile(model, version, token, folder),
    },
    { name: "resources/about.txt", bytes: Buffer.from(`${model.description}.\n`) },
  ]);
}

/** The fixtures as they would be written: path below the project -> bytes. */
function buildFixtures(folder) {
  const files = new Map();
  for (const model of models) {
    for (const version of model.versions) {
      const kebab = model.name.replace(/(?<=[a-zA-Z])(?=[A-Z])/g, "-").toLowerCase();
      files.set(`test/fixtures/built/${kebab}-${version}.fmu`, build(model, version, folder));
    }
  }
  return files;
}

function differs(path, bytes) {
  try {
    return !readFileSync(path).equals(bytes);
  } catch {
    return true;
  }
}

/** The words of the cross compiler's command, undefined where none is given. */
function zigCommand() {
  const { zig } = parseArgs({ options: { check: { type: "boolean" }, zig: { type: "string" } } }).values;
  return zig?.split(" ");
}

const folder = mkdtempSync(join(tmpdir(), "build-fmus-"));
try {
  const zig = zigCommand();
  const files = new Map([
    ...buildFixtures(folder),
    ...buildExamples(root, folder, zig),
    ...buildImporter(root, folder, zig),
  ]);
  const changed = [...files].filter(([path, bytes]) => differs(join(root, path), bytes));
  if (process.argv.includes("--check")) {
    for (const [path] of changed) console.error(`${path} is not what its sources build`);
    process.exitCode = changed.length === 0 ? 0 : 1;
  } else {
    for (const [path, bytes] of changed) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), bytes);
    }
    console.log(`${files.size} FMUs and libraries built, ${changed.length} changed`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
