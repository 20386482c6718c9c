import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { openFileSource } from "../../src/fmi/archive/byte-source.ts";
import { openFmu } from "../../src/fmi/fmu.ts";
import { validateFmu } from "../../src/fmi/validate/validate-fmu.ts";
import { type FixtureRun, simulateFixture } from "../support/simulate-fixture.ts";

const examplesFolder = fileURLToPath(new URL("../../examples/", import.meta.url));

const simulateExample = (name: string, settings: Parameters<typeof simulateFixture>[1]) =>
  simulateFixture(`../../../examples/${name}`, settings);

function column({ recording, columns }: FixtureRun, name: string): readonly number[] {
  return [...recording.columns[columns.findIndex((each) => each.name === name)]!];
}

async function describeExample(name: string) {
  const fmu = await openFmu(await openFileSource(`${examplesFolder}${name}.fmu`), name);
  await fmu.close();
  return fmu;
}

type Derivatives = (x: readonly number[]) => number[];

/** The classical Runge-Kutta method with `steps` equal steps. */
function integrate(derivatives: Derivatives, start: readonly number[], duration: number, steps: number) {
  const h = duration / steps;
  const along = (x: readonly number[], k: readonly number[], factor: number) =>
    x.map((value, i) => value + factor * k[i]!);
  let x = [...start];
  for (let step = 0; step < steps; step++) {
    const k1 = derivatives(x);
    const k2 = derivatives(along(x, k1, h / 2));
    const k3 = derivatives(along(x, k2, h / 2));
    const k4 = derivatives(along(x, k3, h));
    x = x.map((value, i) => value + (h / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
  }
  return x;
}

test("every example is there, valid, and has binaries for five platforms", async () => {
  const names = readdirSync(examplesFolder)
    .filter((file) => file.endsWith(".fmu"))
    .map((file) => file.replace(".fmu", ""));
  const kinds = await Promise.all(
    names.map(async (name) => {
      const { description, platforms } = await describeExample(name);
      expect(validateFmu({ description })).toEqual([]);
      expect(platforms.map(({ label }) => label).sort()).toEqual([
        "Linux arm64",
        "Linux x86-64",
        "Windows x86-64",
        "macOS arm64",
        "macOS x86-64",
      ]);
      const { fmiMajor, coSimulation, modelExchange } = description;
      return [name, fmiMajor, coSimulation !== undefined, modelExchange !== undefined];
    }),
  );
  expect(kinds.sort()).toEqual([
    ["bouncing-ball", 3, true, true],
    ["bouncing-ball-fmi1-cs", 1, true, false],
    ["bouncing-ball-fmi1-me", 1, false, true],
    ["bouncing-ball-fmi2", 2, true, true],
    ["clock-controller", 3, true, false],
    ["feedthrough", 3, true, true],
    ["feedthrough-fmi2", 2, true, true],
    ["robertson", 3, true, true],
    ["robertson-fmi2", 2, true, true],
    ["server-room", 3, true, true],
    ["server-room-fmi2", 2, true, true],
    ["van-der-pol", 3, true, true],
    ["van-der-pol-fmi2", 2, true, true],
  ]);
});

test.each(["", "-fmi2"])("the examples%s say what they can", async (suffix) => {
  const { description: room } = await describeExample(`server-room${suffix}`);
  expect(room.coSimulation).toMatchObject({ canGetAndSetFmuState: true, canSerializeFmuState: true });
  expect(room.variables.find(({ name }) => name === "T_room")).toMatchObject({
    unit: "K",
    displayUnit: "degC",
  });
  for (const name of ["van-der-pol", "robertson"]) {
    const { description } = await describeExample(`${name}${suffix}`);
    expect(description.modelExchange?.providesDirectionalDerivatives).toBe(true);
  }
});

test("the clock controller needs Event Mode and has one Clock of each kind", async () => {
  const { description } = await describeExample("clock-controller");
  expect(description.coSimulation?.hasEventMode).toBe(true);
  const clocks = description.variables.filter(({ type }) => type === "Clock");
  expect(clocks.map(({ name, causality }) => [name, causality])).toEqual([
    ["sample", "input"],
    ["saturated", "output"],
  ]);
});

test("bouncing-ball with Event Mode stops at each impact: h is 0 there, v reverses, whatever the step", async () => {
  for (const stepSize of [0.01, 3]) {
    const run = await simulateExample("bouncing-ball", {
      ...{ outputs: ["h", "v", "bounce_time", "bounces"], stopTime: 3, stepSize, eventCapacity: 100 },
    });
    const [time, h, v] = [[...run.recording.time], column(run, "h"), column(run, "v")];
    const after = time.flatMap((at, row) => (row > 0 && at === time[row - 1] ? [row] : []));
    expect(after.length).toBe(run.outputs.bounces);
    expect(time).toHaveLength(1 + 3 / stepSize + 2 * after.length);
    let impact = Math.sqrt(2 / 9.81);
    after.slice(0, 10).forEach((row, k) => {
      expect(Math.abs(time[row]! - impact)).toBeLessThan(1e-12);
      expect(h[row - 1]).toBe(0);
      expect(h[row]).toBeCloseTo(0, 15);
      expect(v[row]! / v[row - 1]!).toBeCloseTo(-0.7, 12);
      expect(column(run, "bounce_time")[row]).toBe(time[row]);
      expect([column(run, "bounces")[row - 1], column(run, "bounces")[row]]).toEqual([k, k + 1]);
      impact += 2 * Math.sqrt(2 / 9.81) * 0.7 ** (k + 1);
    });
    expect(Math.min(...h)).toBe(0);
    expect(run.outputs).toMatchObject({ h: 0, v: 0 });
  }
});

test("bouncing-ball with Event Mode: a ball that lies on the ground stays there", async () => {
  const outputs = ["h", "v", "bounces"];
  const lying = { startValues: [{ name: "h", values: [0] }] };
  const run = await simulateExample("bouncing-ball", { outputs, ...lying, stopTime: 1, stepSize: 0.1 });
  expect(run.outputs).toMatchObject({ h: 0, v: 0, bounces: 1 });
});

describe.each(["", "-fmi2"])("Co-Simulation of the examples%s", (suffix) => {
  test("bouncing-ball: the first ten impacts are those of the closed form, whatever the step", async () => {
    const expected = [Math.sqrt(2 / 9.81)];
    for (let k = 1; k < 10; k++) expected.push(expected[k - 1]! + 2 * Math.sqrt(2 / 9.81) * 0.7 ** k);
    const run = await simulateExample(`bouncing-ball${suffix}`, {
      outputs: ["h", "v", "bounce_time", "bounces"],
      stopTime: 3,
      stepSize: 0.01,
    });
    const seen = [...new Set(column(run, "bounce_time"))].filter((time) => time > 0);
    expected.forEach((time, k) => {
      expect(Math.abs(seen[k]! - time)).toBeLessThan(1e-12);
    });
    expect(column(run, "h")[30]).toBeCloseTo(1 - 0.5 * 9.81 * 0.3 ** 2, 13);
    const coarse = await simulateExample(`bouncing-ball${suffix}`, {
      outputs: ["h", "v", "bounce_time", "bounces"],
      stopTime: 3,
      stepSize: 3,
    });
    expect(coarse.outputs).toEqual(run.outputs);
    expect(run.outputs).toMatchObject({ h: 0, v: 0 });
  });

  test("server-room: follows the closed form, saturated first, then proportional", async () => {
    const [load, outdoor, capacity, mass, wall, setPoint, gain, cop] = [
      8000, 303.15, 12e3, 1.5e6, 150, 295.15, 4e3, 3,
    ];
    const saturatedTo = (load - capacity + wall * outdoor) / wall;
    const unsaturated = setPoint + capacity / gain;
    const change = (mass / wall) * Math.log((303.15 - saturatedTo) / (unsaturated - saturatedTo));
    const settledTo = (load + wall * outdoor + gain * setPoint) / (wall + gain);
    const temperature = (time: number) =>
      time < change
        ? saturatedTo + (303.15 - saturatedTo) * Math.exp((-wall / mass) * time)
        : settledTo + (unsaturated - settledTo) * Math.exp((-(wall + gain) / mass) * (time - change));
    const run = await simulateExample(`server-room${suffix}`, {
      outputs: ["T_room", "cooling_power", "energy_used"],
      stopTime: 7200,
      stepSize: 60,
    });
    expect(change).toBeGreaterThan(1000);
    const power = column(run, "cooling_power");
    expect([power[0], power[Math.floor(change / 60)]]).toEqual([capacity, capacity]);
    column(run, "T_room").forEach((kelvin, k) => {
      expect(Math.abs(kelvin - temperature(60 * k))).toBeLessThan(1e-6);
    });
    // After the change, the power is gain * (T - setPoint); its integral is that of the two exponentials.
    const rate = (wall + gain) / mass;
    const after = 7200 - change;
    const decayed = ((unsaturated - settledTo) / rate) * (1 - Math.exp(-rate * after));
    const energy = (capacity * change + gain * ((settledTo - setPoint) * after + decayed)) / cop;
    expect(run.outputs.energy_used as number).toBeCloseTo(energy, 0);
  });

  test("van-der-pol: agrees with a second integration at a quarter of its inner step", async () => {
    const run = await simulateExample(`van-der-pol${suffix}`, {
      outputs: ["x0", "x1"],
      stopTime: 20,
      stepSize: 0.1,
    });
    const [x0, x1] = integrate((x) => [x[1]!, (1 - x[0]! ** 2) * x[1]! - x[0]!], [2, 0], 20, 80_000);
    expect(run.outputs.x0 as number).toBeCloseTo(x0!, 10);
    expect(run.outputs.x1 as number).toBeCloseTo(x1!, 9);
  });

  test("robertson: agrees with an explicit method, and keeps the sum of the shares to 1e11 s", async () => {
    const outputs = ["y1", "y2", "y3", "total"];
    const run = await simulateExample(`robertson${suffix}`, { outputs, stopTime: 40, stepSize: 0.1 });
    const expected = integrate(
      ([y1 = 0, y2 = 0, y3 = 0]) => {
        const [first, second, third] = [0.04 * y1, 3e7 * y2 * y2, 1e4 * y2 * y3];
        return [third - first, first - third - second, second];
      },
      [1, 0, 0],
      40,
      160_000,
    );
    expected.forEach((share, k) => {
      expect(run.outputs[`y${k + 1}`] as number).toBeCloseTo(share, 10);
    });
    expect((run.outputs.y2 as number) / expected[1]!).toBeCloseTo(1, 9);
    const long = await simulateExample(`robertson${suffix}`, { outputs, stopTime: 1e11, stepSize: 1e10 });
    expect(long.outputs.total as number).toBeCloseTo(1, 12);
    // The end values of the problem ROBER in the Test Set for Initial Value Problem Solvers.
    expect((long.outputs.y1 as number) / 0.2083340149701255e-7).toBeCloseTo(1, 9);
    expect((long.outputs.y2 as number) / 0.8333360770334713e-13).toBeCloseTo(1, 9);
  });

  test("feedthrough: passes every type through", async () => {
    const values = { real_continuous: Math.PI, int: -7, bool: true, string: "Grüße, 世界", enum: 2 };
    const { outputs } = await simulateExample(`feedthrough${suffix}`, {
      startValues: Object.entries(values).map(([name, value]) => ({ name: `${name}_in`, values: [value] })),
      outputs: Object.keys(values).map((name) => `${name}_out`),
    });
    for (const [name, value] of Object.entries(values)) expect(outputs[`${name}_out`]).toBe(value);
  });
});

test("feedthrough: passes the types of FMI 3 through", async () => {
  const values = {
    float32: 0.5,
    uint8: 255,
    int64: 9_223_372_036_854_775_807n,
    binary: new Uint8Array([0, 255, 7]),
  };
  const { outputs } = await simulateExample("feedthrough", {
    startValues: [
      ...Object.entries(values).map(([name, value]) => ({ name: `${name}_in`, values: [value] })),
      { name: "array_in", values: [1.5, -2.5] },
    ],
    outputs: [...Object.keys(values).map((name) => `${name}_out`), "array_out"],
  });
  for (const [name, value] of Object.entries(values)) expect(outputs[`${name}_out`]).toEqual(value);
  expect(outputs.array_out).toEqual([1.5, -2.5]);
});
