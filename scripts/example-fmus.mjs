/** Builds the example FMUs from examples/sources. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { exampleModels } from "./example-models.mjs";
import { exampleXml } from "./example-xml.mjs";
import { exampleXml1 } from "./example-xml-1.mjs";
import { unzip } from "./zip-reader.mjs";
import { zip } from "./zip-writer.mjs";

/** The compiler of this machine makes the first one, the cross compiler (Zig) the others. */
export const platforms = [
  { node: "linux-x64", fmi2: "linux64", fmi3: "x86_64-linux", suffix: ".so" },
  {
    node: "linux-arm64",
    fmi2: "aarch64-linux",
    fmi3: "aarch64-linux",
    suffix: ".so",
    target: "aarch64-linux-gnu.2.17",
  },
  {
    node: "darwin-x64",
    fmi2: "darwin64",
    fmi3: "x86_64-darwin",
    suffix: ".dylib",
    target: "x86_64-macos.11.0",
  },
  {
    node: "darwin-arm64",
    fmi2: "aarch64-darwin",
    fmi3: "aarch64-darwin",
    suffix: ".dylib",
    target: "aarch64-macos.11.0",
  },
  { node: "win32-x64", fmi2: "win64", fmi3: "x86_64-windows", suffix: ".dll", target: "x86_64-windows-gnu" },
];
const common = ["-std=c11", "-shared", "-O2", "-g0", "-ffp-contract=off", "-fvisibility=hidden"];
const warnings = ["-Wall", "-Wextra"];

/** A token that follows from the sources, in the form of a GUID: a binary of other sources does not take it. */
function tokenOf(sources, model, build) {
  const hash = createHash("sha256").update(`${model.name} ${build.version} ${build.interfaces}`);
  const shared = ["model.h", "adapter.h", "heap.c", "integrate.c", `fmi${build.version}.c`];
  for (const file of [...shared, `${model.file}.c`]) hash.update(readFileSync(join(sources, file)));
  const hex = hash.digest("hex");
  return `{${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-")}}`;
}

function defines(model, build, token) {
  const own = [`-DINSTANTIATION_TOKEN="${token}"`, `-DMODEL_IDENTIFIER=${model.name}`];
  const isStandAlone = build.version === 1 && build.interfaces[0] === "CoSimulation";
  return isStandAlone ? [...own, "-DFMI1_CO_SIMULATION"] : own;
}

/** Compiles and links a shared library for a platform; returns its bytes. `folder` takes what the compiler writes. */
export function compileLibrary({ folder, zig, cwd }, name, platform, flags, sources) {
  const output = join(folder, `${name}${platform.suffix}`);
  const native = platform.target === undefined;
  const [command, ...first] = native ? ["gcc"] : zig;
  const linker = { ".so": ["-fPIC", "-Wl,--build-id=none"], ".dll": [], ".dylib": ["-fPIC"] }[
    platform.suffix
  ];
  const installed = platform.suffix === ".dylib" ? [`-Wl,-install_name,@rpath/${name}.dylib`] : [];
  const cross = native ? [] : ["cc", "-target", platform.target, "-fno-sanitize=undefined"];
  execFileSync(
    command,
    [
      ...[...first, ...cross, ...common, ...warnings, ...linker, ...installed, "-s", ...flags],
      ...["-o", output, ...sources, "-lm"],
    ],
    { cwd, stdio: "inherit" },
  );
  return readFileSync(output);
}

function compile({ sources, folder, zig }, model, build, token, platform) {
  const files = [`${model.file}.c`, `fmi${build.version}.c`, "integrate.c", "heap.c"];
  const place = { folder, zig, cwd: sources };
  return compileLibrary(place, model.name, platform, defines(model, build, token), files);
}

const fileName = (model, build) => `${model.file}${build.suffix ?? { 2: "-fmi2", 3: "" }[build.version]}.fmu`;

/** The files of the committed FMU, where its binaries are of the same sources. */
function keptFiles(path, token) {
  const files = existsSync(path) ? unzip(readFileSync(path)) : new Map();
  const isSame = files.get("modelDescription.xml")?.toString().includes(`"${token}"`) === true;
  return isSame ? files : new Map();
}

function buildExample(context, model, build) {
  const token = tokenOf(context.sources, model, build);
  const kept = keptFiles(join(context.examples, fileName(model, build)), token);
  const xml = build.version === 1 ? exampleXml1(model, build, token) : exampleXml(model, build, token);
  const binaries = platforms.flatMap((platform) => {
    const folder = platform[build.version === 3 ? "fmi3" : "fmi2"];
    const name = `binaries/${folder}/${model.name}${platform.suffix}`;
    const isBuilt = platform.target === undefined || context.zig !== undefined;
    const bytes = isBuilt ? compile(context, model, build, token, platform) : kept.get(name);
    return bytes === undefined ? [] : [{ name, bytes }];
  });
  const missing = platforms.length - binaries.length;
  if (missing > 0)
    console.warn(`${fileName(model, build)}: ${missing} platforms have no binary of its sources`);
  return zip([{ name: "modelDescription.xml", bytes: Buffer.from(xml) }, ...binaries]);
}

/**
 * What examples/ should hold: path below `root` -> bytes. `folder` takes what the compilers write; without `zig` (a
 * command as a list of words) only the library for Linux x86-64 is built, and the others are those of the committed FMU.
 */
export function buildExamples(root, folder, zig) {
  const examples = join(root, "examples");
  const context = { examples, sources: join(examples, "sources"), folder, zig };
  const files = new Map();
  for (const model of exampleModels) {
    for (const build of model.builds) {
      files.set(`examples/${fileName(model, build)}`, buildExample(context, model, build));
    }
  }
  return files;
}
