import { rm } from "node:fs/promises";
import { median, short, spread } from "./figures.mjs";
import { outputNames } from "./oscillator.mjs";
import { oscillatorJob } from "./stepping.mjs";

const ROUNDS = 3;
const VALUES = 2_000_000;
const MANY_VARIABLES = 50_000;
const LARGE_BYTES = 200 * 1024 * 1024;

/** What a simulation costs as variables, steps and the file grow; FMI 3.0. */
export async function* benchSize(workshop) {
  for (const count of [10, 100, 1000, 10_000]) yield await variables(workshop, count);
  for (const steps of [1000, 10_000, 100_000, 1_000_000]) yield await stepCount(workshop, steps);
  yield await manyVariables(workshop);
  yield await largeFile(workshop);
}

async function variables(workshop, count) {
  const fmu = await workshop.oscillator(3, count);
  const job = oscillatorJob(fmu, VALUES / count, { outputs: outputNames(count) });
  const times = await repeat(() => workshop.engine(job), "nsPerStep");
  const perValue = `${(median(times) / count).toFixed(1)} ns per value`;
  return {
    what: `CS loop, ${count.toLocaleString("en-US")} variables recorded`,
    measured: `${short(median(times))} ns per step, ${perValue}`,
  };
}

async function stepCount(workshop, steps) {
  const job = oscillatorJob(await workshop.oscillator(3), steps);
  const runs = await repeat(() => workshop.engine(job));
  const [walls, peaks] = [runs.map(({ wallMs }) => wallMs), runs.map(({ peakMiB }) => peakMiB)];
  return {
    what: `Whole process, CS, ${steps.toLocaleString("en-US")} steps`,
    measured: `${spread(walls, "ms")}, peak ${median(peaks).toFixed(0)} MiB`,
  };
}

async function manyVariables(workshop) {
  const job = oscillatorJob(await workshop.oscillator(3, MANY_VARIABLES), 10);
  const times = await repeat(() => workshop.engine(job), "openMs");
  return {
    what: `Opening an FMU with ${MANY_VARIABLES.toLocaleString("en-US")} variables, in a fresh process`,
    measured: spread(times, "ms"),
    ...{ value: median(times), unit: "ms", atMost: 1000, slack: 2 },
  };
}

async function largeFile(workshop) {
  const fmu = await workshop.oscillator(3, 2, LARGE_BYTES);
  const runs = await repeat(() => workshop.engine(oscillatorJob(fmu, 10)));
  await rm(fmu);
  const [opening, unpacking, peaks] = ["openMs", "unpackMs", "peakMiB"].map((name) =>
    runs.map((run) => run[name]),
  );
  return {
    what: "Opening an FMU of 200 MiB; unpacking it",
    measured: `${spread(opening, "ms")}; ${spread(unpacking, "ms")}, peak ${median(peaks).toFixed(0)} MiB`,
  };
}

async function repeat(run, name) {
  const runs = [];
  for (let round = 0; round < ROUNDS; round++) runs.push(await run());
  return name === undefined ? runs : runs.map((each) => each[name]);
}
