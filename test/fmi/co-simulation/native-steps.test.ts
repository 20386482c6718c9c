import { describe, expect, test } from "vitest";
import { findNativeImporter } from "../../../src/fmi/native-importer.ts";
import { catchToolError } from "../../support/catch-tool-error.ts";
import { simulateFixture } from "../../support/simulate-fixture.ts";

type Settings = Parameters<typeof simulateFixture>[1];

/** The same run with steps taken in C, and one by one in JavaScript. */
async function both(name: string, settings: Settings) {
  const native = await simulateFixture(name, settings);
  const plain = await simulateFixture(name, { ...settings, isWatched: true });
  return { native, plain };
}

test.runIf(process.platform === "linux" && process.arch === "x64")("findNativeImporter loads it here", () => {
  expect(findNativeImporter()).toBeDefined();
  expect(findNativeImporter()).toBe(findNativeImporter());
});

describe("steps taken in C record, bit by bit, what those in JavaScript do:", () => {
  const long = { startTime: 0, stopTime: 50, stepSize: 1 / 60 };
  const cases: [title: string, name: string, settings: Settings][] = [
    ["FMI 2.0", "van-der-pol-2", { outputs: ["x0", "x1"], ...long }],
    ["FMI 3.0", "van-der-pol-3", { outputs: ["x1", "x0"], ...long }],
    ["every third point", "van-der-pol-3", { outputs: ["x0"], ...long, stepsPerPoint: 3 }],
    ["a last step that is shorter", "van-der-pol-2", { outputs: ["x0"], stopTime: 1.005, stepSize: 0.01 }],
    ["one step", "van-der-pol-2", { outputs: ["x0"], stopTime: 0.1, stepSize: 0.1 }],
    [
      "far from zero",
      "van-der-pol-2",
      { outputs: ["x0"], startTime: 1e8, stopTime: 1e8 + 2, stepSize: 1e-3 },
    ],
    [
      "an array",
      "feedthrough-3",
      { outputs: ["array_out"], startValues: [{ name: "array_in", values: [1, 2] }] },
    ],
    ["nothing", "van-der-pol-3", { outputs: [] }],
    [
      "integers too, which C leaves alone",
      "bouncing-ball-3",
      { outputs: ["h", "bounces"], stopTime: 3, stepSize: 0.01 },
    ],
    ["no numbers from a time on", "not-a-number-2", { outputs: ["ramp"] }],
    ["the end that the FMU asks for", "terminates-2", { outputs: ["ramp"] }],
    ["the end that the FMU asks for, FMI 3.0", "terminates-3", { outputs: ["ramp"], stepSize: 0.01 }],
    ["early returns", "early-return-3", { outputs: ["y"], startValues: [{ name: "u", values: [1] }] }],
    ["pending steps", "steps-2", { outputs: ["y"], startValues: [{ name: "polls", values: [3] }] }],
    ["discarded steps", "steps-2", { outputs: ["y"], startValues: [{ name: "most", values: [0.03] }] }],
  ];
  test.each(cases)("%s", async (_, name, settings) => {
    const { native, plain } = await both(name, settings);
    expect(native.recording.time.length).toBeGreaterThan(1);
    expect(native.memory).toEqual(plain.memory);
    expect({ ...native, memory: 0 }).toEqual({ ...plain, memory: 0 });
  });

  test.each(["log-and-fail-2", "log-and-fail-3", "discards-2", "discards-3"])(
    "the failure of %s",
    async (name) => {
      const settings = { outputs: ["ramp"], stepSize: 0.01 };
      const fail = (isWatched: boolean) =>
        catchToolError(() => simulateFixture(name, { ...settings, isWatched }));
      const [native, plain] = [await fail(false), await fail(true)];
      expect(native.message).toBe(plain.message);
      expect(native.detail).toBe(plain.detail);
    },
  );
});
