import { describe, expect, test } from "vitest";
import type { InputColumn, InputSeries } from "../../../src/fmi/input/input-series.ts";
import { simulateExample } from "../../support/simulate-model-exchange.ts";

function series(
  time: number[],
  columns: Record<string, [InputColumn["interpolation"], number[]]>,
): InputSeries {
  const entries = Object.entries(columns).map(
    ([name, [interpolation, values]]) =>
      [name, { interpolation, values: Float64Array.from(values) }] as const,
  );
  return { time: Float64Array.from(time), columns: new Map(entries) };
}

/* Without cooling: mass * der(T) = heat_load + conductance * (T_outdoor - T). */
const PASSIVE = [
  { name: "gain", values: [0] },
  { name: "conductance", values: [0] },
];
const MASS = 1.5e6;

describe.each(["server-room-fmi2", "server-room"])("createSeriesInputs drives %s", (name) => {
  const run = (inputSeries: InputSeries, startValues = PASSIVE, outputs = ["T_room", "heat_load"]) =>
    simulateExample(name, {
      outputs,
      stopTime: 400,
      stepSize: 50,
      tolerance: 1e-8,
      startValues,
      inputSeries,
    });

  test("along straight lines: the state is their integral", async () => {
    const { column, result } = await run(series([0, 100, 400], { heat_load: ["linear", [0, 9000, 3000]] }));
    expect(result.events.input).toBe(0);
    expect([...column("heat_load")]).toEqual([0, 4500, 9000, 8000, 7000, 6000, 5000, 4000, 3000]);
    // By the trapezoidal rule, exact for straight lines.
    const heat = (100 * 9000) / 2 + (300 * (9000 + 3000)) / 2;
    expect(column("T_room").at(-1)).toBeCloseTo(303.15 + heat / MASS, 9);
  });

  test("with a jump as an event, a row before it and a row after", async () => {
    const { column, recording, result } = await run(
      series([0, 120, 120, 400], { heat_load: ["linear", [1000, 1000, 5000, 5000]] }),
    );
    const row = recording.time.indexOf(120);
    expect(result.events.input).toBe(1);
    expect([...recording.time.slice(row, row + 2)]).toEqual([120, 120]);
    expect([...column("heat_load").slice(row, row + 2)]).toEqual([1000, 5000]);
    expect(column("T_room").at(-1)).toBeCloseTo(303.15 + (120 * 1000 + 280 * 5000) / MASS, 9);
  });

  test("holding values up to the next point", async () => {
    const { column, result } = await run(
      series([0, 100, 200, 400], { heat_load: ["hold", [1000, 2000, 3000, 3000]] }),
    );
    expect(result.events.input).toBe(2);
    expect(column("T_room").at(-1)).toBeCloseTo(303.15 + (100 * 1000 + 100 * 2000 + 200 * 3000) / MASS, 9);
  });

  test("and a tunable parameter at events alone", async () => {
    const { column, result } = await run(
      series([0, 300, 400], { set_point: ["linear", [295.15, 280, 280]] }),
      [],
      ["set_point", "cooling_power"],
    );
    expect(result.events.input).toBe(1);
    expect([...new Set(column("set_point"))]).toEqual([295.15, 280]);
  });

  test("from the start value of the series, not that of the model", async () => {
    const { column } = await run(series([0, 400], { heat_load: ["linear", [7, 7]] }));
    expect(column("heat_load")[0]).toBe(7);
  });
});
