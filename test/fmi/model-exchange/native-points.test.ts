import { describe, expect, test } from "vitest";
import { simulateExample, simulateExampleInJavaScript } from "../../support/simulate-model-exchange.ts";

type Settings = Parameters<typeof simulateExample>[1];

describe("a Model Exchange whose points are set in C records, bit by bit, what it does in JavaScript:", () => {
  const x0 = { outputs: ["x0", "x1"], stopTime: 20, stepSize: 0.01 };
  const cases: [title: string, name: string, settings: Settings][] = [
    ["FMI 3.0", "van-der-pol", x0],
    ["FMI 2.0", "van-der-pol-fmi2", x0],
    ["every seventh point", "van-der-pol", { ...x0, stepsPerPoint: 7 }],
    ["points much closer than steps", "van-der-pol", { ...x0, stopTime: 1, stepSize: 1e-4 }],
    ["a stiff solver", "van-der-pol", { ...x0, solver: "ndf" }],
    ["a fixed step", "van-der-pol-fmi2", { ...x0, solver: "rk4" }],
    ["a stiff model", "robertson", { outputs: ["y1", "y2", "y3"], stopTime: 40, stepSize: 0.1 }],
    ["event indicators", "bouncing-ball", { outputs: ["h", "v"], stopTime: 2, stepSize: 0.01 }],
    ["FMI 1.0", "bouncing-ball-fmi1-me", { outputs: ["h", "bounce_time"], stopTime: 2, stepSize: 0.01 }],
    ["nothing recorded", "van-der-pol", { ...x0, outputs: [] }],
  ];
  test.each(cases)("%s", async (_, name, settings) => {
    const native = await simulateExample(name, settings);
    const plain = await simulateExampleInJavaScript(name, settings);
    expect(native.recording.time.length).toBeGreaterThan(10);
    expect(native.recording).toEqual(plain.recording);
    expect(native.result.statistics).toEqual(plain.result.statistics);
    expect(native.outputs).toEqual(plain.outputs);
  });
});
