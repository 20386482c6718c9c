import { RUNNING_STATES } from "./alive.ts";
import { APP_STATES } from "./apps.ts";
import { CONFIGURATION_STATES } from "./configuration.ts";
import { ENDPOINT_STATES } from "./endpoint.ts";
import { FMU_STATES } from "./fmus.ts";
import { HEALTHY_STATES } from "./healthy.ts";
import { RUN_STATES, UNKNOWN_STATES } from "./runs.ts";
import type { State } from "./state.ts";

/** Every state with its right answer, by group. */
export const ANSWER_KEY: Readonly<Record<string, readonly State[]>> = {
  configuration: CONFIGURATION_STATES,
  endpoint: ENDPOINT_STATES,
  app: APP_STATES,
  fmu: FMU_STATES,
  run: [...RUN_STATES, ...UNKNOWN_STATES],
  "nothing wrong": [...HEALTHY_STATES, ...RUNNING_STATES],
};
