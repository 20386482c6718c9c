import { expect, test } from "vitest";
import { startTestRunner } from "../support/built-in-runner.ts";
import { changedFixture } from "../support/changed-fixture.ts";
import { bundledRunnerChild } from "../support/runner-child.ts";

const child = bundledRunnerChild();
const VARIABLE_STEPS = 'canHandleVariableCommunicationStepSize="true"';

/* It has events every 0.25 s, and is run in steps of 0.1 s. */
async function run(simulation_config: { step_size?: number } = {}) {
  const made = await changedFixture("event-mode-3", (xml) => xml.replace(VARIABLE_STEPS, ""));
  const { run } = await startTestRunner(child.path, {}, { made });
  return run("made", { simulation_config, output_variables: ["events"] });
}

test("events that fall into steps of one size are told of, with what would do", async () => {
  const { status, messages } = await run();
  expect(status).toBe("success");
  expect(messages).toEqual([
    "Warning: 2 events, the first at 0.25 s, were handled at the next communication point, as the FMU takes steps of one size " +
      "only: take a step_size that divides the times of its events.",
  ]);
});

test("where a step of one size ends at every event, there is nothing to tell", async () => {
  expect((await run({ step_size: 0.05 })).messages).toEqual([]);
});
