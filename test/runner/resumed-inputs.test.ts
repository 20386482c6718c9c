import { expect, test } from "vitest";
import { startTestRunner } from "../support/built-in-runner.ts";
import { changedFixture } from "../support/changed-fixture.ts";
import { bundledRunnerChild } from "../support/runner-child.ts";

const child = bundledRunnerChild();

/* The FMU takes derivatives of its one continuous input, and of no other. */
const DISCRETE =
  '<ScalarVariable name="d" valueReference="3" causality="input" variability="discrete"><Real start="1e9"/></ScalarVariable>';

test("a run from a saved state has continuous inputs be held, and asks for no slope of a discrete one", async () => {
  const made = await changedFixture("steps-2", (xml) =>
    xml.replace("</ModelVariables>", `${DISCRETE}</ModelVariables>`),
  );
  const { run } = await startTestRunner(child.path, {}, { made });
  const first = await run("made", { simulation_config: { stop_time: 0.5 }, save_state: true });
  expect(first.errors).toEqual([]);
  const second = await run("made", { simulation_config: { stop_time: 1 }, initial_state: first.state });
  expect([second.status, second.errors]).toEqual(["success", []]);
});
