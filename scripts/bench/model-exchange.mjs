import { inTurn } from "./against-fmpy.mjs";
import { median, pairedRatio, spread } from "./figures.mjs";
import { examplePath } from "./workshop.mjs";

/* x0 from independent integrations at a relative tolerance of 1e-12: mu = 1 at 2000 s, mu = 1000 at 2000 s. */
const X0 = { 1: 1.4979938, 1000: 1.7061677 };
const TOLERANCE = 1e-6;
const ROUNDS = 3;

/** Model Exchange: Van der Pol, mild and stiff, and Robertson's reaction; against FMPy with CVode where there is Python. */
export async function* benchModelExchange(workshop) {
  for (const version of [3, 2]) {
    const suffix = version === 2 ? "-fmi2" : "";
    const name = `FMI ${version}.0`;
    yield* mild(workshop, examplePath(`van-der-pol${suffix}`), name);
    yield* stiff(workshop, examplePath(`van-der-pol${suffix}`), name);
    yield* robertson(workshop, examplePath(`robertson${suffix}`), name);
  }
}

const modelExchange = (fmu, rest) => ({ fmu, interface: "ModelExchange", tolerance: TOLERANCE, ...rest });

async function* mild(workshop, fmu, name) {
  const job = modelExchange(fmu, { stopTime: 2000, stepSize: 0.01, outputs: ["x0", "x1"] });
  if (workshop.python === undefined) {
    const run = await workshop.engine(job);
    yield {
      what: `ME, ${name}, Van der Pol mu = 1, 200,000 rows, whole process`,
      measured: `${run.wallMs.toFixed(0)} ms, error of x0 ${errorOf(run, 1).toExponential(1)}`,
    };
    return;
  }
  const { engine, fmpy } = await inTurn(workshop, job, ROUNDS, 0.1);
  const walls = [fmpy, engine].map((runs) => runs.map(({ wallMs }) => wallMs));
  const calls = [fmpy, engine].map((runs) => runs.map(({ simulateMs }) => simulateMs));
  const what = `ME, ${name}, Van der Pol mu = 1, 200,000 rows`;
  yield {
    what: `${what}, whole process, FMPy with CVode / engine`,
    measured: walls.map((times) => spread(times, "ms")).join(" / "),
    ...{ value: pairedRatio(...walls), unit: "×", atLeast: 8 },
  };
  yield {
    what: `${what}, the simulation alone, FMPy with CVode / engine`,
    measured: calls.map((times) => spread(times, "ms")).join(" / "),
    ...{ value: pairedRatio(...calls), unit: "×" },
  };
  const errors = [errorOf(engine[0], 1), errorOf(fmpy[0], 1)];
  yield {
    what: `${what}, error of x0 at 2000 s, engine / FMPy with CVode`,
    measured: errors.map((error) => error.toExponential(1)).join(" / "),
    ...{ value: errors[0] / errors[1], unit: "×", atMost: 1, slack: 1 },
  };
}

async function* stiff(workshop, fmu, name) {
  const job = modelExchange(fmu, {
    ...{ stopTime: 2000, stepSize: 4, outputs: ["x0", "x1"], startValues: { mu: 1000 } },
  });
  const { engine, fmpy } = await withOrWithoutFmpy(workshop, job);
  const times = engine.map(({ simulateMs }) => simulateMs);
  const other =
    fmpy === undefined ? "" : `; FMPy ${median(fmpy.map(({ simulateMs }) => simulateMs)).toFixed(0)} ms`;
  yield {
    what: `ME, ${name}, Van der Pol mu = 1000 to 2000 s, the simulation in a fresh process`,
    measured: `${spread(times, "ms")}, error of x0 ${errorOf(engine[0], 1000).toExponential(1)}${other}`,
    ...{ value: median(times), unit: "ms", atMost: 100 },
  };
}

/** FMPy gives up on this one: CVode needs more steps than FMPy allows it from one row to the next. */
async function* robertson(workshop, fmu, name) {
  const job = modelExchange(fmu, { stopTime: 1e11, stepSize: 1e9, outputs: ["y1", "y2", "y3", "total"] });
  const run = await workshop.engine(job);
  const off = Math.max(...[run.minimum[3], run.maximum[3]].map((total) => Math.abs(total - 1)));
  yield {
    what: `ME, ${name}, Robertson's reaction to 1e11 s, greatest error of the mass`,
    measured: `${off.toExponential(1)} in ${run.simulateMs.toFixed(0)} ms`,
    ...{ value: off, unit: "", atMost: 1e-9 },
  };
}

async function withOrWithoutFmpy(workshop, job) {
  if (workshop.python !== undefined) return inTurn(workshop, job, ROUNDS, 0.1);
  const engine = [];
  for (let round = 0; round < ROUNDS; round++) engine.push(await workshop.engine(job));
  return { engine, fmpy: undefined };
}

function errorOf({ final }, mu) {
  return Math.abs(final.x0 - X0[mu]);
}
