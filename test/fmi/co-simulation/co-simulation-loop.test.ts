import { describe, expect, test } from "vitest";
import { CoSimulationLoop } from "../../../src/fmi/co-simulation/co-simulation-loop.ts";
import { StepEvents } from "../../../src/fmi/co-simulation/step-events.ts";
import type { CoSimulationInstance, EventMode } from "../../../src/fmi/instance.ts";
import { createTimeGrid } from "../../../src/fmi/time-grid.ts";

/** Runs from 0 to 1 s in steps of 0.25 s; the calls in their order. */
function runLoop(nextEventTime: (time: number) => number): { end: string; calls: string[] } {
  const calls: string[] = [];
  let time = 0;
  const mode: EventMode = {
    enterEventMode: () => calls.push(`event ${time}`),
    updateDiscreteStates: () => ({
      ...{ needsUpdate: false, terminate: false, nominalsChanged: false, statesChanged: false },
      nextEventTime: nextEventTime(time),
    }),
    enterStepMode: () => {},
  };
  const instance = {
    access: { fmiMajor: 3 },
    doStep(from: number, size: number) {
      time = from + size;
      return { status: 0, reached: time, terminated: false, needsEvent: false };
    },
  } as unknown as CoSimulationInstance;
  const ignore = () => {};
  const loop = new CoSimulationLoop({
    ...{ instance, grid: createTimeGrid(0, 1, 0.25), pass: ignore, progress: ignore, inputs: undefined },
    rows: {
      ...{ gridPoint: ignore, lastPoint: ignore, wroteUpTo: ignore, beforeEvent: ignore, afterEvent: ignore },
      firstUnpaired: undefined,
    },
    ...{ events: new StepEvents(mode, undefined, undefined), variableSteps: true },
  });
  return { end: loop.run(false), calls };
}

describe("CoSimulationLoop", () => {
  test("handles an event time that stays at the stop time once, and the run is whole", () => {
    expect(runLoop(() => 1)).toEqual({ end: "completed", calls: ["event 1"] });
  });

  test("refuses an event time that stays where it is before the stop time", () => {
    expect(() => runLoop((time) => Math.max(time, 0.25))).toThrow(
      /more than 1000 events at model time 0.25 s/,
    );
  });
});
