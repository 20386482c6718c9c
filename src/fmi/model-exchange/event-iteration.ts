import { ToolError } from "../../errors.ts";
import type { ModelExchangeInstance } from "./model-exchange-instance.ts";

/** What an event changed. */
export interface SettledEvent {
  terminate: boolean;
  nominalsChanged: boolean;
  statesChanged: boolean;
  /** s; infinity where the FMU has none. */
  nextEventTime: number;
}

const MOST_ITERATIONS = 1000;

/**
 * Updates the discrete states in Event Mode until none needs it any more (FMI 2.0.5 and 3.0.2, section 3.2.3); `time`, s,
 * is for the message. Throws `simulation_failed` where that does not end.
 */
export function settleEvent(
  instance: Pick<ModelExchangeInstance, "updateDiscreteStates">,
  time: number,
): SettledEvent {
  const settled = { terminate: false, nominalsChanged: false, statesChanged: false };
  for (let iteration = 1; iteration <= MOST_ITERATIONS; iteration++) {
    const update = instance.updateDiscreteStates();
    settled.nominalsChanged ||= update.nominalsChanged;
    settled.statesChanged ||= update.statesChanged;
    const { terminate } = update;
    const nextEventTime = Number.isNaN(update.nextEventTime)
      ? Number.POSITIVE_INFINITY
      : update.nextEventTime;
    if (terminate || !update.needsUpdate) return { ...settled, terminate, nextEventTime };
  }
  throw new ToolError(
    "simulation_failed",
    `Cannot simulate the model beyond ${time} s: after ${MOST_ITERATIONS} iterations of the event there, the FMU still asks for another.`,
    "Look in the model for discrete variables that change each other in turn at that time.",
  );
}
