import { expect, test } from "vitest";
import { startTestRunner } from "../support/built-in-runner.ts";
import { changedFixture } from "../support/changed-fixture.ts";
import { bundledRunnerChild } from "../support/runner-child.ts";

const child = bundledRunnerChild();

/** Runs an FMU with Event Mode that is told to take steps of one size only. */
async function run(name: string, step_size: number, output_variables: string[]) {
  const made = await changedFixture(name, (xml) =>
    xml.replace('canHandleVariableCommunicationStepSize="true"', ""),
  );
  const { run } = await startTestRunner(child.path, {}, { made });
  return run("made", { simulation_config: { stop_time: 1, step_size }, output_variables });
}

test("events that steps of one size went over are told of, with what would do", async () => {
  // Its Clock ticks every 0.1 s.
  const { status, outputs, messages } = await run("example-clock-controller", 0.25, ["ticks"]);
  expect([status, outputs]).toEqual(["success", { ticks: 11 }]);
  expect(messages).toEqual([
    "Warning: 4 events, the first at 0.1 s, were handled at the next communication point, as the FMU takes steps of one size " +
      "only: take a step_size that divides the times of its events.",
  ]);
});

test("where steps end at every event, or the FMU ends them there itself, there is nothing to tell", async () => {
  expect((await run("example-clock-controller", 0.1, ["ticks"])).messages).toEqual([]);
  const { outputs, messages } = await run("event-mode-3", 0.1, ["events"]);
  expect([outputs, messages]).toEqual([{ events: 4 }, []]);
});
