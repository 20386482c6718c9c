import { describe, expect, test } from "vitest";
import type { ToolError } from "../../../src/errors.ts";
import { type FakeMemory, type FakeModel, fakeModelExchange } from "../../support/fake-model-exchange.ts";
import { exchange } from "../../support/simulate-model-exchange.ts";

const FALLING: FakeModel = { start: [1], derivatives: () => [-1] };

describe.each([1, 2, 3] as const)("simulateModelExchange of FMI %i", (version) => {
  const run = (model: FakeModel, settings: Partial<Parameters<typeof exchange>[1]> = {}) => {
    const fmu = fakeModelExchange(model, version);
    return { fmu, ...exchange(fmu, { outputs: ["x1", "count"], ...settings }) };
  };
  const fail = (model: FakeModel, settings: Partial<Parameters<typeof exchange>[1]> = {}): ToolError => {
    try {
      run(model, settings);
    } catch (thrown) {
      return thrown as ToolError;
    }
    throw new Error("the simulation did not fail");
  };

  test("calls the FMU in the order of the standard", () => {
    const { fmu } = run({ ...FALLING, indicatorCount: 1, indicators: ({ x }) => [x[0]! - 0.55] });
    expect(fmu.violations).toEqual([]);
    const order = fmu.calls.filter((name) => /Mode|Update|Completed|Setup|Terminate/.test(name));
    expect(order.join(" ")).toMatch(
      new RegExp(
        [
          ...(version === 1 ? ["^UpdateDiscreteStates"] : []),
          ...(version === 2 ? ["^SetupExperiment EnterInitializationMode"] : []),
          ...(version === 3 ? ["^EnterInitializationMode"] : []),
          ...(version > 1 ? ["ExitInitializationMode UpdateDiscreteStates EnterContinuousTimeMode"] : []),
          version === 1
            ? "(CompletedIntegratorStep )+UpdateDiscreteStates"
            : "(CompletedIntegratorStep )+EnterEventMode UpdateDiscreteStates EnterContinuousTimeMode",
          "(CompletedIntegratorStep )+Terminate$",
        ].join(" "),
      ),
    );
  });

  test("iterates an event until the FMU needs no further update", () => {
    let iterations = 0;
    const { fmu } = run({ ...FALLING, updateDiscreteStates: () => ({ needsUpdate: ++iterations < 4 }) });
    expect(fmu.calls.filter((name) => name === "UpdateDiscreteStates")).toHaveLength(4);
  });

  test("an event iteration without end is an error that says so", () => {
    const error = fail({ ...FALLING, updateDiscreteStates: () => ({ needsUpdate: true }) });
    expect(error).toMatchObject({ code: "simulation_failed" });
    expect(error.message).toContain("1000 iterations");
  });

  test("an event time that stays at the stop time is handled once, and the run is whole", () => {
    const { result, fmu } = run({ ...FALLING, updateDiscreteStates: () => ({ nextEventTime: 1 }) });
    expect(result).toMatchObject({ end: "completed", events: { time: 1 } });
    expect(fmu.calls.filter((name) => name === "UpdateDiscreteStates")).toHaveLength(2);
  });

  test("steps up to time events, never over them, and records them before and after", () => {
    // A sampled counter: it ticks every 0.25 s, and x1 follows its count.
    const at = (k: number) => k * 0.25;
    const model: FakeModel = {
      start: [0],
      derivatives: ({ time, count }) => {
        if (time > at(count)) throw new Error("evaluated beyond the next time event");
        return [count];
      },
      updateDiscreteStates: (memory) => {
        if (memory.time >= at(memory.count)) memory.count += 1;
        return { nextEventTime: at(memory.count) };
      },
    };
    const { result, recording, column, fmu } = run(model);
    expect(fmu.violations).toEqual([]);
    expect(result.events).toMatchObject({ state: 0, time: 4 });
    const pairs = [...recording.time.keys()].filter((row) => recording.time[row] === recording.time[row + 1]);
    expect(pairs.map((row) => recording.time[row])).toEqual([0.25, 0.5, 0.75, 1]);
    expect(pairs.map((row) => [column("count")[row], column("count")[row + 1]])).toEqual([
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 5],
    ]);
    expect(column("x1").at(-1)).toBeCloseTo(0.25 * (1 + 2 + 3 + 4), 12);
  });

  test("takes over states that an event changed, and nominals", () => {
    let nominals = 0;
    const { column, recording } = run({
      start: [1],
      derivatives: () => [-1],
      indicatorCount: 1,
      indicators: ({ x }) => [x[0]! - 0.5],
      nominals: () => [++nominals],
      updateDiscreteStates: (memory) => {
        if (memory.x[0]! > 0.5) return {};
        memory.x[0] = 2;
        return { statesChanged: true, nominalsChanged: true };
      },
    });
    const row = recording.time.findIndex((time, index) => time === recording.time[index + 1]);
    expect(recording.time[row]).toBeCloseTo(0.5, 12);
    expect([column("x1")[row], column("x1")[row + 1]]).toEqual([expect.closeTo(0.5, 12), 2]);
    expect(column("x1").at(-1)).toBeCloseTo(1.5, 12);
    expect(nominals).toBe(2);
  });

  test("sees at a grid point an event that is undone within one long step", () => {
    // Without dynamics the solver goes from start to stop at once; the window is 0.02 s wide, off the step's middle.
    const { result, column } = run(
      {
        start: [0],
        derivatives: () => [0],
        indicatorCount: 1,
        indicators: ({ time }) => [0.01 - Math.abs(time - 0.31)],
        updateDiscreteStates: (memory) => {
          memory.count += 1;
          return {};
        },
      },
      { stepSize: 0.01 },
    );
    expect(result.events.state).toBe(2);
    expect(column("count").at(-1)).toBe(3);
  });

  test("a step event comes where the FMU asks for it after a step", () => {
    let asked = 0;
    const { result, fmu } = run({
      ...FALLING,
      completedIntegratorStep: () => ({ enterEventMode: ++asked === 2 }),
    });
    expect(result.events.step).toBe(1);
    expect(fmu.violations).toEqual([]);
  });

  test.each([
    [
      "in an event",
      { updateDiscreteStates: ({ time }) => ({ terminate: time >= 0.35, nextEventTime: 0.35 }) },
    ],
    // FMI 1.0 asks for it in events alone.
    ...(version === 1
      ? []
      : [
          [
            "after a step",
            { completedIntegratorStep: ({ time }: FakeMemory) => ({ terminate: time > 0.2 }) },
          ],
        ]),
  ] as [string, Partial<FakeModel>][])("a request of the FMU to end, %s, is a normal end", (_, parts) => {
    const { result, recording, fmu } = run({ ...FALLING, ...parts });
    expect(result.end).toBe("terminated_by_fmu");
    expect(recording.time.at(-1)).toBeLessThan(1.01);
    expect(recording.timeReached).toBe(recording.time.at(-1));
    expect(fmu.calls.at(-1)).toBe("Terminate");
    expect(fmu.violations).toEqual([]);
  });

  test("a failing derivative names the function, the status and the time", () => {
    const error = fail({ start: [1], derivatives: ({ time }) => (time > 0.5 ? 3 : [-1]) });
    const names = {
      1: "fake_fmiGetDerivatives",
      2: "fmi2GetDerivatives",
      3: "fmi3GetContinuousStateDerivatives",
    };
    const name = names[version];
    expect(error).toMatchObject({ code: "simulation_failed" });
    expect(error.message).toContain(`${name} returned the status "error" after model time`);
  });

  test("events that pile up are said to, with their time", () => {
    // A ball of perfect memory: each flight takes 0.6 times as long as the one before, up to t = 0.6 / 0.4.
    const model: FakeModel = {
      start: [0],
      derivatives: () => [1],
      indicatorCount: 1,
      indicators: ({ time, count }) => [(1 - 0.6 ** count) * 1.5 - time],
      updateDiscreteStates: (memory) => {
        if (memory.time >= (1 - 0.6 ** memory.count) * 1.5) memory.count += 1;
        return {};
      },
    };
    const error = fail(model, { stopTime: 3 });
    expect(error.message).toMatch(
      /beyond 1\.(5|49999)\d* s: event indicator 1 changed its sign 17 times within .* s, so events pile up/,
    );
  });

  test("an event time that never advances is said to", () => {
    const error = fail({ ...FALLING, updateDiscreteStates: ({ time }) => ({ nextEventTime: time }) });
    expect(error.message).toContain("events at this one time");
  });

  test("an event time that is no number is none", () => {
    const { result } = run({ ...FALLING, updateDiscreteStates: () => ({ nextEventTime: Number.NaN }) });
    expect([result.end, result.events.time]).toEqual(["completed", 0]);
  });

  test("records events without rows of their own once their room is taken, and says from when on", () => {
    const { recording, result } = run(
      {
        ...FALLING,
        updateDiscreteStates: (memory) => {
          memory.count += 1;
          return { nextEventTime: memory.count * 0.11 };
        },
      },
      { eventCapacity: 5 },
    );
    expect(result.events.time).toBe(9);
    expect(recording.time).toHaveLength(11 + 4);
    expect(result.messages.join()).toContain("Warning: from 0.33 s on");
  });

  // FMI 1.0 has no directional derivatives.
  const kinds = ["differences", ...(version === 1 ? [] : ["directional derivatives"])];
  test.each(kinds)("a sparse Jacobian by %s takes a call for each colour", (kind) => {
    const jacobian = () => [
      [-1000, 0, 0],
      [0, -2000, 1],
      [0, 1, -3000],
    ];
    const { fmu, result, column } = run(
      {
        start: [1, 1, 1],
        derivatives: ({ x }) => [-1000 * x[0]!, -2000 * x[1]! + x[2]!, x[1]! - 3000 * x[2]!],
        dependencies: ["1", "2 3", "2 3"],
        ...(kind !== "differences" && { jacobian }),
      },
      { solver: "ndf", outputs: ["x1", "x2"] },
    );
    const directional = fmu.calls.filter((name) => name === "GetDirectionalDerivative").length;
    const { jacobianEvaluations } = result.statistics;
    expect(jacobianEvaluations).toBeGreaterThan(0);
    expect(directional).toBe(kind === "differences" ? 0 : 2 * jacobianEvaluations);
    expect(column("x1").at(-1)).toBeCloseTo(0, 5);
    expect(fmu.violations).toEqual([]);
  });

  test("a model without states goes from event to event", () => {
    const { recording, column } = run(
      {
        start: [],
        derivatives: () => [],
        updateDiscreteStates: (memory) => {
          memory.count += 1;
          return { nextEventTime: memory.count * 0.5 };
        },
      },
      { outputs: ["count"] },
    );
    expect(recording.time.at(-1)).toBe(1);
    expect(column("count").at(-1)).toBe(3);
  });
});

test("simulateModelExchange makes a periodic input Clock tick in Event Mode, from the start on", () => {
  const fmu = fakeModelExchange({ start: [0], derivatives: ({ count }) => [count], clockInterval: 0.3 }, 3);
  const { recording, column, result } = exchange(fmu, { outputs: ["x1", "count"], stepSize: 0.5 });
  expect(fmu.violations).toEqual([]);
  expect([...recording.time]).toEqual([0, 0.3, 0.3, 0.5, 0.6, 0.6, 3 * 0.3, 3 * 0.3, 1]);
  expect([...column("count")]).toEqual([1, 1, 2, 2, 2, 3, 3, 4, 4]);
  expect(column("x1").at(-1)).toBeCloseTo(0.3 * (1 + 2 + 3) + 0.1 * 4, 12);
  expect(result.events.time).toBe(3);
});

test("simulateModelExchange sets a clocked input while its Clock is active only", () => {
  const fmu = fakeModelExchange({ start: [0], derivatives: () => [1], clockInterval: 0.3 }, 3);
  const clocked = { interpolation: "hold" as const, values: Float64Array.of(1, 2, 2) };
  const inputSeries = { time: Float64Array.of(0, 0.45, 1), columns: new Map([["clocked", clocked]]) };
  exchange(fmu, { outputs: ["count"], stepSize: 0.5, inputSeries });
  expect(fmu.violations).toEqual([]);
  // In Initialization Mode, and at 0, 0.3, 0.6 and 0.9 s.
  expect(fmu.calls.filter((name) => name === "SetClocked")).toHaveLength(5);
});
