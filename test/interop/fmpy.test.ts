import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { openFileSource } from "../../src/fmi/archive/byte-source.ts";
import { elementNames, isNumeric } from "../../src/fmi/description/dimensions.ts";
import type { ModelDescription, Variable } from "../../src/fmi/description/model-description.ts";
import { openFmu } from "../../src/fmi/fmu.ts";
import type { Recording } from "../../src/fmi/recording/recorder.ts";
import { cosimulateExample, simulateExample } from "../support/simulate-model-exchange.ts";

/** A Python that has FMPy; unset, nothing here runs. */
const PYTHON = process.env.FMPY_PYTHON;
const EXAMPLES = fileURLToPath(new URL("../../examples/", import.meta.url));
const POINTS = 300;
const MANY_BYTES = 256 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

/** Prints what FMPy records as JSON: for each variable a list per element, Booleans as 0 and 1. */
const SCRIPT = `
import json, sys
from fmpy import simulate_fmu
job = json.loads(sys.argv[1])
result = simulate_fmu(job["path"], fmi_type=job["type"], start_time=0, stop_time=job["stopTime"],
    output_interval=job["stepSize"], relative_tolerance=job["tolerance"], record_events=job["events"],
    use_event_mode=job["events"], early_return_allowed=job["events"],
    start_values=job["startValues"], output=job["outputs"])
columns = {name: result[name].astype(float).reshape(len(result), -1).T.tolist() for name in result.dtype.names}
print(json.dumps(columns))
`;

const namesOf = (description: ModelDescription) => numericOutputs(description).map(({ name }) => name);

interface Example {
  name: string;
  description: ModelDescription;
}

/** Every example that has no Clock. */
async function listExamples(): Promise<Example[]> {
  const names = readdirSync(EXAMPLES)
    .filter((file) => file.endsWith(".fmu"))
    .map((file) => file.replace(".fmu", ""));
  const all = await Promise.all(
    names.map(async (name) => {
      const fmu = await openFmu(await openFileSource(`${EXAMPLES}${name}.fmu`), name);
      await fmu.close();
      return { name, description: fmu.description };
    }),
  );
  return all.filter(({ description }) => description.variables.every(({ type }) => type !== "Clock"));
}

/** Outputs of numbers; FMPy drops strings and Binary without a word. */
function numericOutputs({ variables }: ModelDescription): Variable[] {
  return variables.filter((variable) => variable.causality === "output" && isNumeric(variable));
}

/** Values other than the start values for what the examples pass through. */
function startValues({ variables }: ModelDescription): Record<string, number | number[]> {
  const reals = {
    real_continuous_in: Math.PI,
    real_discrete_in: -1e-3,
    float32_in: 0.1,
    array_in: [1.5, -2.5],
  };
  const given = { ...reals, int_in: -7, uint8_in: 200, int64_in: 2 ** 40 };
  return Object.fromEntries(
    Object.entries(given).filter(([name]) => variables.some((variable) => variable.name === name)),
  );
}

async function runFmpy(
  { name, description }: Example,
  type: "CoSimulation" | "ModelExchange",
  tolerance: number | null,
  range: { stopTime: number; stepSize: number },
  events = false,
): Promise<Map<string, number[]>> {
  const job = {
    ...{ path: `${EXAMPLES}${name}.fmu`, type, tolerance, events, ...range },
    ...{ outputs: namesOf(description), startValues: startValues(description) },
  };
  const words = ["-c", SCRIPT, JSON.stringify(job)];
  const { stdout } = await promisify(execFile)(PYTHON ?? "", words, {
    maxBuffer: MANY_BYTES,
    timeout: TIMEOUT_MS,
  });
  const columns: Record<string, number[][]> = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  const { time = [] } = columns;
  const named = numericOutputs(description).flatMap((variable) =>
    elementNames(variable, description).map(
      (element, k) => [element, columns[variable.name]?.[k] ?? []] as const,
    ),
  );
  return new Map([["time", time[0] ?? []], ...named]);
}

/** The example's own stop time in so many steps. */
function rangeOf({ defaultExperiment }: ModelDescription): { stopTime: number; stepSize: number } {
  const { stopTime = 1 } = defaultExperiment;
  return { stopTime, stepSize: stopTime / POINTS };
}

function settingsOf({ description }: Example) {
  return {
    ...rangeOf(description),
    outputs: namesOf(description),
    startValues: Object.entries(startValues(description)).map(([name, values]) => ({
      name,
      values: [values].flat(),
    })),
  };
}

/** Time of the tenth event, of which there are two rows; infinity where there are fewer. */
function tenthEvent({ time }: Recording): number {
  const repeated = [...time].filter((value, index) => index > 0 && value === time[index - 1]);
  return repeated[9] ?? Number.POSITIVE_INFINITY;
}

/** The rows of grid points, before the event where there is one at that time. */
function gridRows({ time }: Recording, stepSize: number): number[] {
  return [...time.keys()].filter((row) => {
    const steps = (time[row] ?? 0) / stepSize;
    return Math.abs(steps - Math.round(steps)) < 1e-9 && time[row] !== time[row - 1];
  });
}

const examples = PYTHON === undefined ? [] : await listExamples();
const ofType = (type: "coSimulation" | "modelExchange") =>
  examples
    .filter(({ description }) => description[type] !== undefined)
    .map((each) => [each.name, each] as const);

if (PYTHON === undefined) {
  process.stderr.write("Skipped test/interop/fmpy.test.ts: FMPY_PYTHON names no Python that has FMPy\n");
  test.skip("examples agree with FMPy");
} else {
  describe("examples agree with FMPy", { timeout: 2 * TIMEOUT_MS }, () => {
    test("there are examples of each kind", () => {
      expect(ofType("coSimulation").length).toBeGreaterThan(5);
      expect(ofType("modelExchange").length).toBeGreaterThan(5);
    });

    test.each(ofType("coSimulation"))("Co-Simulation of %s, within 1e-9", async (name, example) => {
      const range = rangeOf(example.description);
      const theirs = await runFmpy(example, "CoSimulation", null, range);
      const ours = await cosimulateExample(name, settingsOf(example));
      const rows = gridRows(ours.recording, range.stepSize);
      expect(rows.length).toBe(theirs.get("time")?.length);
      expectAgreement(theirs, (output) => rows.map((row) => ours.column(output)[row] ?? Number.NaN));
    });

    test("Co-Simulation of bouncing-ball with Event Mode, within 1e-9 before and after each impact", async () => {
      const [name, example] = ofType("coSimulation").find(([each]) => each === "bouncing-ball") ?? [];
      if (name === undefined || example === undefined) throw new Error("there is no bouncing ball");
      const theirs = await runFmpy(example, "CoSimulation", null, rangeOf(example.description), true);
      const ours = await cosimulateExample(name, settingsOf(example));
      expect(tenthEvent(ours.recording)).toBeLessThan(3);
      expect(ours.recording.time.length).toBe(theirs.get("time")?.length);
      expectAgreement(theirs, (output) => [...ours.column(output)]);
    });

    test.each(ofType("modelExchange"))("Model Exchange of %s, within 1e-4", async (name, example) => {
      const range = rangeOf(example.description);
      const theirs = await runFmpy(example, "ModelExchange", 1e-8, range);
      const ours = await simulateExample(name, { ...settingsOf(example), tolerance: 1e-8 });
      const until = tenthEvent(ours.recording);
      const rows = gridRows(ours.recording, range.stepSize);
      expect(rows.length).toBe(theirs.get("time")?.length);
      for (const [output, other] of theirs) {
        if (output === "time") continue;
        const column = ours.column(output);
        // A constant has a range of rounding alone.
        const limit = 1e-4 * (Math.max(...other) - Math.min(...other)) + 1e-12 * Math.abs(other[0] ?? 0);
        rows.forEach((row, k) => {
          if ((ours.recording.time[row] ?? 0) >= until) return;
          const off = Math.abs((column[row] ?? Number.NaN) - (other[k] ?? Number.NaN));
          expect(off, `${output} at row ${k}`).toBeLessThanOrEqual(limit);
        });
      }
    });
  });
}

function expectAgreement(theirs: Map<string, number[]>, ours: (output: string) => readonly number[]): void {
  for (const [output, other] of theirs) {
    if (output === "time") continue;
    const off = ours(output).map((value, row) => relative(value, other[row] ?? Number.NaN));
    expect(Math.max(...off), output).toBeLessThanOrEqual(1e-9);
  }
}

function relative(value: number, other: number): number {
  return value === other ? 0 : Math.abs(value - other) / Math.max(Math.abs(value), Math.abs(other));
}
