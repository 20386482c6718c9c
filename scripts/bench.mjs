/**
 * Measures the program against its targets, as ratios within one run where there is something to compare with.
 * `--only start,engine` selects sections; `--write` puts the table into docs/performance.md; `--starts` and `--runs` set
 * how often a server is started and a short run is made. `FMPY_PYTHON` names a Python that has FMPy, `MODAL_CLI_PYTHON`
 * one that has the `modal` package.
 */
import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { benchAgainstFmpy } from "./bench/against-fmpy.mjs";
import { isFailure, line, verdict } from "./bench/figures.mjs";
import { benchHosted } from "./bench/hosted.mjs";
import { benchLatency } from "./bench/latency.mjs";
import { benchModelExchange } from "./bench/model-exchange.mjs";
import { writeReport } from "./bench/report.mjs";
import { benchSize } from "./bench/size.mjs";
import { benchStart } from "./bench/start.mjs";
import { benchStepping } from "./bench/stepping.mjs";
import { describeMachine, Workshop } from "./bench/workshop.mjs";

const hasCompiler = succeeds("gcc", ["--version"]);
const python = process.env.FMPY_PYTHON;
const hasFmpy = python !== undefined && succeeds(python, ["-c", "import fmpy"]);
const modalPython = process.env.MODAL_CLI_PYTHON;
const hasModal = modalPython !== undefined && succeeds(modalPython, ["-c", "import modal"]);
const NO_MODAL = hasModal ? undefined : "MODAL_CLI_PYTHON names no Python that has modal";
const NO_COMPILER = hasCompiler ? undefined : "there is no gcc to build the bench's FMU and C loop with";
const NO_FMPY = hasFmpy ? undefined : `FMPY_PYTHON names no Python that has fmpy`;

const SECTIONS = [
  { name: "start", title: "Cold start", run: benchStart },
  { name: "latency", title: "Through the MCP tool", run: benchLatency },
  { name: "hosted", title: "Python functions on the embedded endpoint", run: benchHosted, missing: NO_MODAL },
  { name: "engine", title: "Engine against C", run: benchStepping, missing: NO_COMPILER },
  { name: "fmpy", title: "Engine against FMPy", run: benchAgainstFmpy, missing: NO_COMPILER ?? NO_FMPY },
  { name: "model-exchange", title: "Model Exchange", run: benchModelExchange },
  { name: "size", title: "Cost against size", run: benchSize, missing: NO_COMPILER },
];

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: SECTIONS.map(({ name }) => name).join() },
    starts: { type: "string", default: "41" },
    runs: { type: "string", default: "20" },
    write: { type: "boolean", default: false },
  },
});
const counts = { starts: Number(options.starts), runs: Number(options.runs) };
const wanted = options.only.split(",");
const unknown = wanted.filter((name) => !SECTIONS.some((section) => section.name === name));
if (unknown.length > 0)
  throw new Error(`No section ${unknown}: choose from ${SECTIONS.map(({ name }) => name)}`);

const workshop = await Workshop.open(hasFmpy ? python : undefined, hasModal ? modalPython : undefined);
try {
  const machine = describeMachine(workshop);
  console.log(machine);
  const sections = [];
  for (const section of SECTIONS) if (wanted.includes(section.name)) sections.push(await measure(section));
  if (options.write) await writeReport(machine, sections);
  const figures = sections.flatMap(({ figures }) => figures);
  const missed = figures.filter((figure) => verdict(figure) === "miss");
  const failed = figures.filter(isFailure);
  console.log(`\nTargets missed: ${missed.length}, by more than their slack: ${failed.length}`);
  for (const { what } of failed) console.log(`  ${what}`);
  if (failed.length > 0) process.exitCode = 1;
} finally {
  await workshop.close();
}

async function measure({ title, run, missing }) {
  console.log(`\n${title}`);
  if (missing !== undefined) console.log(`  skipped: ${missing}`);
  const figures = [];
  if (missing === undefined)
    for await (const figure of run(workshop, counts)) {
      figures.push(figure);
      console.log(line(figure));
    }
  return { title, missing, figures };
}

function succeeds(program, words) {
  try {
    execFileSync(program, words, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
