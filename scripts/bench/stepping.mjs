import { median, pairedRatio, spread } from "./figures.mjs";
import { outputNames } from "./oscillator.mjs";

const ROUNDS = 5;
const STEPS = 1_000_000;
const LONG_STEP_NS = 2000;
const SECONDS_PER_STEP = 0.01;

/** The job of the bench's FMU over so many communication steps. */
export function oscillatorJob(fmu, steps, rest = {}) {
  const stopTime = steps * SECONDS_PER_STEP;
  return {
    fmu,
    interface: "CoSimulation",
    stopTime,
    stepSize: SECONDS_PER_STEP,
    outputs: outputNames(2),
    ...rest,
  };
}

/** The stepping loop of Co-Simulation alone, two outputs recorded and statistics kept, against a loop in C. */
export async function* benchStepping(workshop) {
  for (const version of [2, 3]) {
    yield await compare(workshop, version, { steps: STEPS, work: 0 });
    yield await compare(workshop, version, await longStep(workshop, version));
  }
  yield* nativeCalls(workshop);
}

async function compare(workshop, version, { steps, work }) {
  const fmu = await workshop.oscillator(version);
  const job = oscillatorJob(fmu, steps, { startValues: { work } });
  const [engine, c] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    engine.push((await workshop.engine(job)).nsPerStep);
    c.push(await workshop.stepLoop(version, { steps, work }));
  }
  const isTrivial = work === 0;
  return {
    what: `CS loop, FMI ${version}.0, ${isTrivial ? "trivial FMU" : "FMU whose step costs 2 µs"}, engine / C`,
    measured: `${spread(engine, "ns")} / ${spread(c, "ns")}`,
    ...{ value: pairedRatio(engine, c), unit: "×", atMost: isTrivial ? 5 : 1.15 },
    slack: 1.15,
  };
}

/** How much idle arithmetic makes a step of 2 µs, from the C loop without and with some. */
async function longStep(workshop, version) {
  const time = async (work) => {
    const times = [];
    for (let round = 0; round < 3; round++)
      times.push(await workshop.stepLoop(version, { steps: 20_000, work }));
    return Math.min(...times);
  };
  const [none, some] = [await time(0), await time(1000)];
  return { steps: STEPS / 5, work: Math.round((1000 * (LONG_STEP_NS - none)) / (some - none)) };
}

async function* nativeCalls(workshop) {
  const [calls, c, counted] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    calls.push(await workshop.nativeCalls(STEPS));
    c.push(await workshop.stepLoop(2, { steps: STEPS }));
    counted.push(await workshop.stepLoop(2, { steps: STEPS, statistics: true }));
  }
  yield {
    what: "The two native calls of a step alone, from JavaScript, FMI 2.0 / C",
    measured: `${spread(calls, "ns")} / ${spread(c, "ns")}`,
    ...{ value: pairedRatio(calls, c), unit: "×" },
  };
  yield {
    what: "C loop without / with statistics, FMI 2.0",
    measured: `${median(c).toFixed(1)} ns / ${median(counted).toFixed(1)} ns`,
  };
}
