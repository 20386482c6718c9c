import { describe, expect, test } from "vitest";
import { type FakeModel, fakeModelExchange } from "../../support/fake-model-exchange.ts";
import { exchange } from "../../support/simulate-model-exchange.ts";

const FALLING: FakeModel = { start: [1], derivatives: () => [-1] };

describe.each([1, 2, 3] as const)("simulateModelExchange of FMI %i", (version) => {
  const run = (model: FakeModel, settings: Partial<Parameters<typeof exchange>[1]> = {}) => {
    const fmu = fakeModelExchange(model, version);
    return { fmu, ...exchange(fmu, { outputs: ["x1", "count"], ...settings }) };
  };

  test("where the FMU discards, the solver tries shorter steps, and a wall names the function", () => {
    const failing = () => run({ start: [1], derivatives: ({ time }) => (time > 0.5 ? 2 : [-1]) });
    expect(failing).toThrow(
      /beyond 0\.(5|49999)\d* s: \w*Get\w*Derivatives returned the status "discard" there\.$/,
    );
  });

  // It starts anew at 1 whenever it comes to 0.001, and can be evaluated from 0 on only.
  const bounded = (parts: Partial<FakeModel>): FakeModel => ({
    start: [1],
    derivatives: () => [-1],
    indicatorCount: 1,
    indicators: ({ x }) => [x[0]! - 1e-3],
    updateDiscreteStates: (memory) => {
      if (memory.x[0]! > 1e-3) return {};
      memory.x[0] = 1;
      memory.count += 1;
      return {};
    },
    ...parts,
  });
  test.each(["automatic", "ndf", "rk4", "euler"] as const)(
    "an event right before where the FMU discards its indicators is found (%s)",
    (solver) => {
      const model = bounded({ indicators: ({ x }) => (x[0]! < 0 ? 2 : [x[0]! - 1e-3]) });
      const { column, fmu } = run(model, { stopTime: 2.5, solver });
      expect(column("x1").at(-1)).toBeCloseTo(1 - (2.5 - 2 * 0.999), 8);
      expect(column("count").at(-1)).toBe(2);
      expect(fmu.violations).toEqual([]);
    },
  );

  test.each(["automatic", "ndf", "rk4", "euler"] as const)(
    "an event right before where the FMU discards its derivatives is found, and no state is set that is no number (%s)",
    (solver) => {
      const model = bounded({ derivatives: ({ x }) => (x[0]! < 0 ? 2 : [-1]) });
      const { column, fmu } = run(model, { stopTime: 2.5, solver, stepSize: 0.25 });
      expect(column("x1").at(-1)).toBeCloseTo(1 - (2.5 - 2 * 0.999), 8);
      expect(fmu.violations).toEqual([]);
    },
  );

  test.each([0, 0.1234, 0.55, 0.777])(
    "indicators that are discarded from %d s on are told, with the function",
    (wall) => {
      const failing = () =>
        run({ ...FALLING, indicatorCount: 1, indicators: ({ time }) => (time >= wall ? 2 : [1]) });
      const words = String.raw`beyond ${wall}\d* s: \w*GetEventIndicators returned the status "discard" there\.$`;
      expect(failing).toThrow(new RegExp(words));
    },
  );

  test("where a derivative is no number, a wall names the state", () => {
    const failing = () => run({ start: [1], derivatives: ({ time }) => (time > 0.5 ? [Number.NaN] : [-1]) });
    expect(failing).toThrow(/beyond 0\.(5|49999)\d* s: the derivative of x1 is not a finite number/);
  });
});
