import { cancelled, crash, HELD, keepOn, run, unnamed } from "./prepare-runs.ts";
import type { State } from "./state.ts";

/** What looks like a fault of a run and is none. */
export const RUNNING_STATES: readonly State[] = [
  {
    name: "container_booting",
    description: "A call waits for a container that is starting",
    fault: false,
    holds: ["subject", "own environment"],
    prepare: run("feedthrough-2.fmu", HELD, ["container_booting"]),
    arrange: keepOn("container_booting"),
    expected: null,
  },
  {
    name: "slow_but_alive",
    description: "A run that takes long",
    fault: false,
    holds: ["subject", "own environment"],
    prepare: run("endless-2.fmu", HELD),
    expected: null,
  },
  {
    name: "run_succeeded",
    description: "A run that ended well",
    fault: false,
    holds: ["subject", "own environment"],
    prepare: run("feedthrough-2.fmu"),
    expected: null,
  },
  {
    name: "recovered",
    description: "A run that ended well after one that crashed",
    fault: false,
    likeAnother: true,
    holds: ["subject", "own environment"],
    prepare: async (bench) => {
      await crash(bench);
      await run("feedthrough-2.fmu")(bench);
      return {};
    },
    expected: null,
  },
  {
    name: "waiting_for_turn",
    description: "A call waits, as all containers are at work on others",
    fault: false,
    likeAnother: true,
    holds: ["subject", "own environment"],
    prepare: async (bench) => {
      for (const step_size of [0.01, 0.02]) await run("endless-2.fmu", { step_size, wait_seconds: 0 })(bench);
      return run("feedthrough-2.fmu", HELD)(bench);
    },
    expected: null,
  },
  {
    name: "cancelled_on_purpose",
    description: "The newest run was cancelled, and nothing is asked about it",
    fault: false,
    likeAnother: true,
    holds: ["subject", "own environment"],
    prepare: unnamed(cancelled),
    expected: null,
  },
];
