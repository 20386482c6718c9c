import { rm } from "node:fs/promises";
import { join } from "node:path";
import { median, pairedRatio, spread } from "./figures.mjs";
import { oscillatorJob } from "./stepping.mjs";

const STEPS = 1_000_000;
/* FMPy's loop costs the same from the first step on. */
const LOOP_STEPS = 100_000;
const ROUNDS = 3;

/** Co-Simulation against FMPy: the loop alone, and whole processes with and without a CSV file. */
export async function* benchAgainstFmpy(workshop) {
  for (const version of [2, 3]) {
    yield await compareLoops(workshop, version);
    yield* compareProcesses(workshop, version, { csv: false, atLeast: 10 });
    yield* compareProcesses(workshop, version, { csv: true, atLeast: 5 });
  }
}

async function compareLoops(workshop, version) {
  const fmu = await workshop.oscillator(version);
  const [ours, theirs] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push((await workshop.engine(oscillatorJob(fmu, STEPS))).nsPerStep);
    theirs.push((await workshop.fmpy(oscillatorJob(fmu, LOOP_STEPS, { loop: true }))).nsPerStep);
  }
  return {
    what: `CS loop, FMI ${version}.0, trivial FMU, FMPy simulate_fmu / engine`,
    measured: `${spread(theirs, "ns")} / ${spread(ours, "ns")}`,
    ...{ value: pairedRatio(theirs, ours), unit: "×", atLeast: 15 },
  };
}

async function* compareProcesses(workshop, version, { csv, atLeast }) {
  const fmu = await workshop.oscillator(version);
  const path = join(workshop.folder, "series.csv");
  const job = oscillatorJob(fmu, STEPS, csv ? { csv: path } : {});
  // FMI 3.0 takes FMPy longer: two rounds show that its ratio is no worse.
  const { engine, fmpy } = await inTurn(workshop, job, version === 2 ? ROUNDS : 2);
  await rm(path, { force: true });
  const [ours, theirs] = [engine, fmpy].map((runs) => runs.map((run) => run.wallMs));
  const [mine, other] = [engine, fmpy].map((runs) => median(runs.map((run) => run.peakMiB)));
  const kind = `${csv ? "with" : "no"} CSV`;
  yield {
    what: `Whole process, CS, FMI ${version}.0, 1,000,000 steps, ${kind}, FMPy / engine`,
    measured: `${spread(theirs, "ms")} / ${spread(ours, "ms")}`,
    ...{ value: pairedRatio(theirs, ours), unit: "×", atLeast },
  };
  yield {
    what: `Peak memory of the same, FMPy / engine`,
    measured: `${other.toFixed(0)} MiB / ${mine.toFixed(0)} MiB`,
  };
}

/** Runs a job with both, in turn, and checks that they come to the same. */
export async function inTurn(workshop, job, rounds, tolerance = 1e-9) {
  const [engine, fmpy] = [[], []];
  for (let round = 0; round < rounds; round++) {
    engine.push(await workshop.engine(job));
    fmpy.push(await workshop.fmpy(job));
  }
  for (const [name, value] of Object.entries(engine[0].final)) {
    const other = fmpy[0].final[name];
    if (!(Math.abs(value - other) <= tolerance * Math.max(1, Math.abs(other))))
      throw new Error(`${job.fmu}: ${name} ends at ${value} here and at ${other} in FMPy`);
  }
  return { engine, fmpy };
}
