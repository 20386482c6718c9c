import { describe, expect, test } from "vitest";
import { cosimulateExample, simulateExample } from "../../support/simulate-model-exchange.ts";

/** Impact times of a ball dropped from 1 m, from the closed form: sqrt(2h/g), then 2 v e^k / g more each. */
function impactTimes(count: number, g = 9.81, e = 0.7): number[] {
  const times = [Math.sqrt(2 / g)];
  let speed = g * Math.sqrt(2 / g);
  while (times.length < count) {
    speed *= e;
    times.push((times.at(-1) ?? 0) + (2 * speed) / g);
  }
  return times;
}

test.each([
  ["1.0", "-fmi1-me"],
  ["2.0", "-fmi2"],
  ["3.0", ""],
])(
  "simulateModelExchange of FMI %s locates the first ten bounces within 1e-6 s of the closed form, as rows before and after",
  async (_, ending) => {
    const { recording, column, result } = await simulateExample(`bouncing-ball${ending}`, {
      outputs: ["h", "v", "bounce_time"],
      stopTime: 2.5,
      stepSize: 0.01,
    });
    const { time } = recording;
    const pairs = [...time.keys()].filter((row) => time[row] === time[row + 1]);
    expect(result.events.state).toBe(pairs.length);
    impactTimes(10).forEach((impact, index) => {
      const row = pairs[index]!;
      expect(Math.abs(time[row]! - impact)).toBeLessThan(1e-6);
      expect(column("bounce_time")[row + 1]).toBe(time[row]);
      expect(column("v")[row + 1]).toBeCloseTo(-0.7 * column("v")[row]!, 12);
    });
    expect(Math.min(...column("h"))).toBeGreaterThan(-1e-12);
    expect(time.filter((each, row) => row === 0 || each !== time[row - 1]).length).toBe(251 + pairs.length);
  },
);

describe.each([
  [2, "-fmi2"],
  [3, ""],
] as const)("simulateModelExchange of an example of FMI %i", (_, ending) => {
  test("carries Van der Pol's oscillator through 200,000 rows with less error than CVODE at the same tolerance", async () => {
    const { outputs, recording } = await simulateExample(`van-der-pol${ending}`, {
      outputs: ["x0"],
      stopTime: 2000,
      stepSize: 0.01,
      tolerance: 1e-6,
    });
    // x0(2000) from an integration at a relative tolerance of 1e-12; CVODE at 1e-6 is off by 4.3e-3.
    expect(Math.abs(Number(outputs.x0) - 1.4979938)).toBeLessThan(4.3e-3);
    expect(recording.time).toHaveLength(200_001);
    expect(recording.time.at(-2)).toBe(199_999 * 0.01);
  });

  test("goes over to the stiff solver for mu = 1000, and says so", async () => {
    const { outputs, result } = await simulateExample(`van-der-pol${ending}`, {
      outputs: ["x0"],
      stopTime: 2000,
      stepSize: 1,
      tolerance: 1e-6,
      startValues: [{ name: "mu", values: [1000] }],
    });
    expect(Math.abs(Number(outputs.x0) - 1.7061677)).toBeLessThan(1e-3);
    expect(result.messages.join()).toContain("stiff");
    expect(result.statistics.rhsEvaluations).toBeLessThan(20_000);
  });

  test.each(["automatic", "ndf"] as const)(
    "%s follows Robertson's reaction to 1e11 s with its mass conserved",
    async (solver) => {
      const { column } = await simulateExample(`robertson${ending}`, {
        outputs: ["y1", "y2", "y3"],
        stopTime: 1e11,
        stepSize: 1e9,
        tolerance: 1e-6,
        solver,
      });
      const mass = column("y1").map((y1, row) => y1 + column("y2")[row]! + column("y3")[row]! - 1);
      expect(Math.max(...mass.map(Math.abs))).toBeLessThan(1e-9);
      // In the long run y1 = 1 / (k2 (k1 / k3)² t); the tolerance allows 1e-6.
      expect(Math.abs(column("y1").at(-1)! - 1 / (3e7 * (0.04 / 1e4) ** 2 * 1e11))).toBeLessThan(1e-6);
    },
  );

  test("has Robertson's reaction after 40 s right to six digits", async () => {
    const { outputs } = await simulateExample(`robertson${ending}`, {
      outputs: ["y1", "y2", "y3"],
      stopTime: 40,
      stepSize: 1,
      tolerance: 1e-8,
    });
    // Hairer, Wanner: Solving Ordinary Differential Equations II, and every text since.
    expect(outputs.y1).toBeCloseTo(0.715827, 6);
    expect(outputs.y2).toBeCloseTo(9.18553e-6, 10);
    expect(outputs.y3).toBeCloseTo(0.284164, 6);
  });

  test.each(["automatic", "dormand-prince", "ndf", "rk4"] as const)(
    "%s agrees with Co-Simulation on the server room",
    async (solver) => {
      const settings = {
        outputs: ["T_room", "energy_used", "cooling_power"],
        stopTime: 7200,
        stepSize: 10,
      };
      const one = await simulateExample(`server-room${ending}`, {
        ...settings,
        tolerance: 1e-8,
        solver,
        eventCapacity: 0,
      });
      const other = await cosimulateExample(`server-room${ending}`, settings);
      for (const name of settings.outputs) {
        const [a, b] = [one.column(name), other.column(name)];
        const range = Math.max(...b) - Math.min(...b);
        expect(a.length).toBeGreaterThanOrEqual(b.length);
        b.forEach((value, row) => {
          expect(Math.abs(value - a[row]!)).toBeLessThan(1e-4 * range);
        });
      }
    },
  );

  test("Euler's method takes the step of the settings", async () => {
    const { outputs, result } = await simulateExample(`van-der-pol${ending}`, {
      outputs: ["x0"],
      stopTime: 1,
      stepSize: 0.5,
      solver: "euler",
    });
    // Two steps by hand from (2, 0): x1 = -1 after the first.
    expect(outputs.x0).toBeCloseTo(1.5, 14);
    expect(result.statistics.steps).toBe(2);
  });

  test("goes on from a saved state as if it had not been interrupted", async () => {
    const settings = { outputs: ["h", "v", "bounce_time"], stepSize: 0.01 };
    const whole = await simulateExample(`bouncing-ball${ending}`, { ...settings, stopTime: 2 });
    const { result } = await simulateExample(`bouncing-ball${ending}`, {
      ...settings,
      stopTime: 1,
      saveState: true,
    });
    const { outputs, recording } = await simulateExample(`bouncing-ball${ending}`, {
      ...settings,
      startTime: 1,
      stopTime: 2,
      initialState: result.state!,
    });
    expect(recording.time[0]).toBe(1);
    expect(Number(outputs.h)).toBeCloseTo(Number(whole.outputs.h), 10);
    expect(Number(outputs.bounce_time)).toBeCloseTo(Number(whole.outputs.bounce_time), 10);
  });

  test("a ball that never rests cannot get beyond the time at which its bounces pile up", async () => {
    const run = simulateExample(`bouncing-ball${ending}`, {
      outputs: ["h"],
      stopTime: 3,
      stepSize: 0.01,
      startValues: [{ name: "v_min", values: [0] }],
    });
    // The sum of all flights: sqrt(2 h / g) (1 + e) / (1 - e).
    const end = (Math.sqrt(2 / 9.81) * 1.7) / 0.3;
    const { message } = await run.then(
      () => new Error("it did not fail"),
      (thrown: Error) => thrown,
    );
    expect(message).toContain("Zeno");
    expect(Number(/beyond ([\d.]+) s/.exec(message)?.[1])).toBeCloseTo(end, 5);
  });
});
