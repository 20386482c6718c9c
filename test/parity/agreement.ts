import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openFileSource } from "../../src/fmi/archive/byte-source.ts";
import { elementNames, isNumeric } from "../../src/fmi/description/dimensions.ts";
import type { ModelDescription } from "../../src/fmi/description/model-description.ts";
import { openFmu } from "../../src/fmi/fmu.ts";
import { makeHome } from "../support/home.ts";
import { startToolClient, type ToolClient } from "../support/tool-client.ts";

const EXAMPLES = fileURLToPath(new URL("../../examples/", import.meta.url));
const POINTS = 300;
const RUN_MS = 60_000;

/** Relative, of Co-Simulation. */
const CO_SIMULATION = 1e-9;
/** Of an output's range, of Model Exchange at tolerance 1e-8. */
const MODEL_EXCHANGE = 1e-4;
const TOLERANCE = 1e-8;
/** Beyond so many events of a model that is sensitive to them, any two solvers part. */
const EVENTS = 10;

interface Example {
  path: string;
  description: ModelDescription;
}

type Interface = "co_simulation" | "model_exchange";

/** Every example without Clocks that has the interface, by name. */
const examples = await Promise.all(
  readdirSync(EXAMPLES)
    .filter((file) => file.endsWith(".fmu"))
    .map(async (file): Promise<[string, Example]> => {
      const path = `${EXAMPLES}${file}`;
      const fmu = await openFmu(await openFileSource(path), file);
      await fmu.close();
      return [file, { path, description: fmu.description }];
    }),
);
const without = examples.filter(([, { description }]) =>
  description.variables.every(({ type }) => type !== "Clock"),
);
const ofType = (member: "coSimulation" | "modelExchange") =>
  without.filter(([, { description }]) => description[member] !== undefined);

/** The built-in engine against the deployed runner, over the same tool; `deployed` gives the client of the latter. */
export function describeAgreement(deployed: () => ToolClient): void {
  describe("the built-in engine and the deployed runner agree", () => {
    let home: Awaited<ReturnType<typeof makeHome>>;
    let builtIn: ToolClient;

    beforeAll(async () => {
      home = await makeHome();
      builtIn = await startToolClient(home.path, { MODAL_FMI_ENDPOINT: "embedded" });
    });
    afterAll(async () => {
      await builtIn.close();
      await home.remove();
    });

    const both = (example: Example, kind: Interface): Promise<[Series, Series]> =>
      Promise.all([
        simulate(builtIn, example, kind, /^(?!.*FMPy)/),
        simulate(deployed(), example, kind, /FMPy/),
      ]);

    test("there are examples of both interfaces", () => {
      expect(ofType("coSimulation").length).toBeGreaterThan(5);
      expect(ofType("modelExchange").length).toBeGreaterThan(5);
    });

    test.each(ofType("coSimulation"))("Co-Simulation of %s, within 1e-9 relative", async (_, example) => {
      const [ours, theirs] = await both(example, "co_simulation");
      expect(ours.time.length).toBe(theirs.time.length);
      for (const name of outputNames(example.description)) {
        const other = theirs.column(name);
        const off = ours.column(name).map((value, row) => relative(value, other[row] ?? Number.NaN));
        expect(Math.max(...off), name).toBeLessThanOrEqual(CO_SIMULATION);
      }
    });

    test.each(ofType("modelExchange"))(
      "Model Exchange of %s, within 1e-4 of each range",
      async (_, example) => {
        const [ours, theirs] = await both(example, "model_exchange");
        const { stopTime = 1 } = example.description.defaultExperiment;
        const until = Math.min(nthEvent(ours.time), nthEvent(theirs.time));
        const [mine, other] = [ours, theirs].map(({ time }) => gridRows(time, stopTime / POINTS));
        expect(mine?.length).toBe(POINTS + 1);
        expect(other?.length).toBe(POINTS + 1);
        for (const name of outputNames(example.description)) {
          const [a, b] = [ours.column(name), theirs.column(name)];
          // A constant has a range of rounding alone.
          const limit = MODEL_EXCHANGE * (Math.max(...b) - Math.min(...b)) + 1e-12 * Math.abs(b[0] ?? 0);
          mine?.forEach((row, k) => {
            if ((ours.time[row] ?? 0) >= until) return;
            const off = Math.abs((a[row] ?? Number.NaN) - (b[other?.[k] ?? -1] ?? Number.NaN));
            expect(off, `${name} at ${ours.time[row]} s`).toBeLessThanOrEqual(limit);
          });
        }
      },
    );
  });
}

interface Series {
  time: number[];
  column(name: string): number[];
}

/** Runs an example over its own time and reads the series that the run left. */
async function simulate(
  tools: ToolClient,
  { path, description }: Example,
  kind: Interface,
  engine: RegExp,
): Promise<Series> {
  const { stopTime = 1 } = description.defaultExperiment;
  const started = await tools.call("run_fmi_simulation", {
    ...{ path, use_test_volume: true, interface_type: kind },
    ...{ start_time: 0, stop_time: stopTime, step_size: stopTime / POINTS },
    ...(kind === "model_exchange" ? { tolerance: TOLERANCE } : {}),
    inputs: startValues(description),
  });
  const until = Date.now() + RUN_MS;
  let run = started;
  while (run.status === "running" && Date.now() < until)
    run = await tools.call("run_fmi_simulation", { run_id: started.run_id });
  expect({ status: run.status, errors: run.errors }).toEqual({ status: "success", errors: [] });
  expect(run.facts.engine).toMatch(engine);
  return readSeries(run.series_file);
}

async function readSeries(file: string): Promise<Series> {
  const [head = "", ...lines] = (await readFile(file, "utf8")).trim().split(/\r?\n/);
  const names = head.split(",").map((title) => title.replace(/ \[[^\]]*\]$/, ""));
  const rows = lines.map((line) => line.split(",").map(Number));
  return {
    time: rows.map(([time = Number.NaN]) => time),
    column(name) {
      const index = names.indexOf(name);
      if (index < 0) throw new Error(`the series has no column ${name}: ${head}`);
      return rows.map((row) => row[index] ?? Number.NaN);
    },
  };
}

/** Outputs of numbers, arrays by element; FMPy records no others. */
function outputNames(description: ModelDescription): string[] {
  return description.variables
    .filter((variable) => variable.causality === "output" && isNumeric(variable))
    .flatMap((variable) => elementNames(variable, description));
}

/** Values other than the start values for what the examples pass through. */
function startValues({ variables }: ModelDescription): Record<string, number | number[]> {
  const given = {
    ...{ real_continuous_in: Math.PI, real_discrete_in: -1e-3, float32_in: 0.1, array_in: [1.5, -2.5] },
    ...{ int_in: -7, uint8_in: 200, int64_in: 2 ** 40 },
  };
  return Object.fromEntries(
    Object.entries(given).filter(([name]) => variables.some((variable) => variable.name === name)),
  );
}

const relative = (value: number, other: number): number =>
  value === other ? 0 : Math.abs(value - other) / Math.max(Math.abs(value), Math.abs(other));

/** Time of the last event that is compared, of which there are two rows; infinity where there are fewer. */
function nthEvent(time: readonly number[]): number {
  const repeated = time.filter((value, index) => index > 0 && value === time[index - 1]);
  return repeated[EVENTS - 1] ?? Number.POSITIVE_INFINITY;
}

/** The rows of grid points, before the event where there is one at that time. */
function gridRows(time: readonly number[], stepSize: number): number[] {
  return [...time.keys()].filter((row) => {
    const steps = (time[row] ?? 0) / stepSize;
    return Math.abs(steps - Math.round(steps)) < 1e-6 && time[row] !== time[row - 1];
  });
}
