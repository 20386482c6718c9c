import { execFile, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { bundle, ROOT } from "../bundle.mjs";
import { zip } from "../zip-writer.mjs";
import { oscillatorXml, TOKEN } from "./oscillator.mjs";

const run = promisify(execFile);
const HERE = fileURLToPath(new URL(".", import.meta.url));
/* What runs in a process of its own, bundled with what it takes from src. */
const PROGRAMS = [
  new URL("engine.mjs", import.meta.url),
  new URL("hosting.mjs", import.meta.url),
  new URL("native-calls.mjs", import.meta.url),
];
const FLAGS = ["-std=gnu11", "-O2", "-Wall"];
/* What pip needs of the environment. */
const PASSED_ON = /^(PATH|HOME|PIP_.*|SSL_.*|.*_CA_BUNDLE|https?_proxy)$/i;
const OUTPUT_BYTES = 64 * 1024 * 1024;

/** Path of an example FMU. */
export function examplePath(name) {
  return join(ROOT, "examples", `${name}.fmu`);
}

/** The machine and what else counts for the figures, a sentence. */
export function describeMachine({ python }) {
  const [cpu] = cpus();
  const fmpy = python === undefined ? "no FMPy" : `FMPy ${fmpyVersion(python)}`;
  const cores = `${cpus().length} cores (${cpu?.model.trim() ?? "unknown"})`;
  return `Node ${process.version} on ${process.platform} ${process.arch}, ${cores}, ${fmpy}.`;
}

function fmpyVersion(python) {
  return execFileSync(python, ["-c", "import fmpy; print(fmpy.__version__)"], { encoding: "utf8" }).trim();
}

/** A folder with what the bench builds, and the programs that it times, each in a process of its own. */
export class Workshop {
  folder;
  /** Python that has FMPy, undefined where there is none. */
  python;
  /** Python that has the `modal` package, undefined where there is none. */
  modalPython;
  #built = new Map();

  /** Both are paths, from the environment say. */
  static async open(python, modalPython) {
    const workshop = new Workshop();
    workshop.folder = await mkdtemp(join(tmpdir(), "modal-fmi-bench-"));
    await writeFile(join(workshop.folder, "package.json"), '{ "type": "module" }');
    await symlink(join(ROOT, "node_modules"), join(workshop.folder, "node_modules"), "junction");
    await symlink(join(ROOT, "src/fmi/native"), join(workshop.folder, "native"), "junction");
    workshop.python = python || undefined;
    workshop.modalPython = modalPython || undefined;
    return workshop;
  }

  async close() {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Simulates with the engine in a new process; see `engine.mjs` for the job and what it tells. */
  async engine(job) {
    return this.#time(process.execPath, [await this.#program("engine"), JSON.stringify(job)]);
  }

  /** The native calls of the engine's loop over the bench's FMU 2.0 and nothing else; nanoseconds per step. */
  async nativeCalls(steps) {
    const words = [await this.#program("native-calls"), await this.#library(2), TOKEN, String(steps)];
    const { nsPerStep } = await this.#time(process.execPath, words);
    return nsPerStep;
  }

  /** Simulates with FMPy in a new process; see `simulate.py`. */
  async fmpy(job) {
    return this.#time(this.python, [join(HERE, "simulate.py"), JSON.stringify(job)]);
  }

  /** Deploys and calls a Python function on an emulator in a new process; see `hosting.mjs`. */
  async hosting(counts) {
    const folder = join(this.folder, "hosting");
    await mkdir(folder);
    const kept = Object.entries(process.env).filter(([name]) => PASSED_ON.test(name));
    const job = { ...counts, folder, python: this.modalPython, environment: Object.fromEntries(kept) };
    return this.#time(process.execPath, [await this.#program("hosting"), JSON.stringify(job)]);
  }

  /** Steps the bench's FMU in C; nanoseconds per step. */
  async stepLoop(version, { steps, work = 0, statistics = false }) {
    const library = await this.#library(version);
    const program = await this.once(`step-loop-${version}`, () =>
      this.#compile("step-loop.c", version, ["-ldl"]),
    );
    const words = [library, TOKEN, steps, 0.01, work, 2, 3, statistics ? 1 : 0];
    const { nsPerStep } = JSON.parse((await run(program, words.map(String))).stdout);
    return nsPerStep;
  }

  /** Path of the bench's FMU with so many outputs, and with a resource of so many bytes that do not compress. */
  async oscillator(version, outputs = 2, resourceBytes = 0) {
    const name = `oscillator-${version}-${outputs}-${resourceBytes}`;
    return this.once(name, async () => {
      const path = join(this.folder, `${name}.fmu`);
      const platform = version === 2 ? "linux64" : "x86_64-linux";
      const bytes = await readFile(await this.#library(version));
      const entries = [
        { name: "modelDescription.xml", bytes: Buffer.from(oscillatorXml(version, outputs)) },
        { name: `binaries/${platform}/Oscillator.so`, bytes },
      ];
      if (resourceBytes > 0) entries.push({ name: "resources/table.bin", bytes: randomBytes(resourceBytes) });
      await writeFile(path, zip(entries));
      return path;
    });
  }

  /** What `make` gave the first time. */
  once(name, make) {
    if (!this.#built.has(name)) this.#built.set(name, make());
    return this.#built.get(name);
  }

  async #program(name) {
    const outdir = await this.once("programs", async () => {
      const folder = join(this.folder, "programs");
      const entries = PROGRAMS.map((url) => [basename(url.pathname, ".mjs"), fileURLToPath(url)]);
      await bundle({ entries: Object.fromEntries(entries), outdir: folder });
      return folder;
    });
    return join(outdir, `${name}.js`);
  }

  #library(version) {
    const flags = ["-shared", "-fPIC", "-fvisibility=hidden", `-DTOKEN="${TOKEN}"`, "-lm"];
    return this.once(`library-${version}`, () => this.#compile("oscillator.c", version, flags));
  }

  async #compile(source, version, flags) {
    const output = join(this.folder, "built", `${source}-${version}`);
    await mkdir(join(this.folder, "built"), { recursive: true });
    const words = [...FLAGS, `-DFMI_VERSION=${version}`, "-o", output, join(HERE, source), ...flags];
    await run("gcc", words);
    return output;
  }

  /** A program's own report, with the wall time of its whole process, ms. */
  async #time(program, words) {
    const start = performance.now();
    const { stdout } = await run(program, words, { cwd: this.folder, maxBuffer: OUTPUT_BYTES });
    const wallMs = performance.now() - start;
    return { ...JSON.parse(stdout.trim().split("\n").at(-1)), wallMs };
  }
}
